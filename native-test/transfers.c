// SPDX-License-Identifier: Apache-2.0
// transfers MOUNTED ORIGINAL TEMPORARY: ways past read(2): sendfile, splice, O_DIRECT, posix_fadvise. TEMPORARY is a file to make.
#define _GNU_SOURCE
#include <sys/sendfile.h>

#include "check.h"

enum { BLOCK = 4096, PIECE = 1 << 20 };

static void same(int fd, int original_fd, off_t original_offset, off_t len, const char *what) {
  char *got = malloc(PIECE), *want = malloc(PIECE);
  NEED(got && want, "malloc");
  for (off_t at = 0; at < len; at += PIECE) {
    size_t n = (size_t)(len - at < PIECE ? len - at : PIECE);
    NEED(pread_all(original_fd, want, n, original_offset + at) == (ssize_t)n, "read original");
    CHECK(pread_all(fd, got, n, at) == (ssize_t)n, "%s: too short", what);
    CHECK(memcmp(got, want, n) == 0, "%s: other bytes after %lld", what, (long long)(original_offset + at));
  }
  free(got);
  free(want);
}

static int temporary(const char *path) {
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  NEED(fd >= 0, "create %s", path);
  return fd;
}

static void send_file(const char *mounted, int original_fd, const char *path) {
  int fd = open_or_stop(mounted), out = temporary(path);
  off_t start = 54321, offset = start, len = 20 << 20;
  if (len > size_of(original_fd) - start) len = size_of(original_fd) - start;
  while (offset < start + len) {
    ssize_t n = sendfile(out, fd, &offset, (size_t)(start + len - offset));
    CHECK(n > 0, "sendfile at %lld: %s", (long long)offset, n < 0 ? strerror(errno) : "nothing");
    if (n <= 0) break;
  }
  same(out, original_fd, start, len, "sendfile");
  close(out);
  close(fd);
}

static void splice_through_pipe(const char *mounted, int original_fd, const char *path) {
  int fd = open_or_stop(mounted), out = temporary(path), ends[2];
  NEED(pipe2(ends, O_CLOEXEC) == 0, "pipe");
  off_t start = 777, offset = start, len = 8 << 20;
  if (len > size_of(original_fd) - start) len = size_of(original_fd) - start;
  while (offset < start + len) {
    ssize_t n = splice(fd, &offset, ends[1], NULL, (size_t)(start + len - offset), 0);
    CHECK(n > 0, "splice at %lld: %s", (long long)offset, n < 0 ? strerror(errno) : "nothing");
    if (n <= 0) break;
    for (ssize_t left = n; left > 0;) {
      ssize_t m = splice(ends[0], NULL, out, NULL, (size_t)left, 0);
      NEED(m > 0, "splice to %s", path);
      left -= m;
    }
  }
  same(out, original_fd, start, len, "splice");
  close(ends[0]);
  close(ends[1]);
  close(out);
  close(fd);
}

static void direct(const char *mounted, int original_fd) {
  int fd = open(mounted, O_RDONLY | O_DIRECT | O_CLOEXEC);
  CHECK(fd >= 0, "open with O_DIRECT: %s", strerror(errno));
  if (fd < 0) return;
  off_t size = size_of(original_fd);
  char *got, *want = malloc(64 * BLOCK);
  NEED(want && posix_memalign((void **)&got, BLOCK, 64 * BLOCK) == 0, "malloc");
  uint64_t state = 88172645463325252u;
  for (int i = 0; i < 200; i++) {
    off_t offset = (off_t)(next_random(&state) % (uint64_t)(size / BLOCK + 1)) * BLOCK;
    size_t len = (size_t)(next_random(&state) % 64 + 1) * BLOCK;
    ssize_t n = pread(fd, got, len, offset), m = pread_all(original_fd, want, len, offset);
    CHECK(n == m && memcmp(got, want, (size_t)m) == 0, "O_DIRECT at %lld: %zd, expected %zd", (long long)offset, n, m);
  }
  free(got);
  free(want);
  close(fd);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fputs("usage: transfers MOUNTED ORIGINAL TEMPORARY\n", stderr);
    return 2;
  }
  int original_fd = open_or_stop(argv[2]);
  send_file(argv[1], original_fd, argv[3]);
  splice_through_pipe(argv[1], original_fd, argv[3]);
  direct(argv[1], original_fd);
  int fd = open_or_stop(argv[1]);
  CHECK(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0, "posix_fadvise");
  CHECK(fsync(fd) == 0 || errno == EROFS || errno == EINVAL, "fsync of a file that was only read: %s", strerror(errno));
  close(fd);
  unlink(argv[3]);
  return verdict("transfers");
}
