// SPDX-License-Identifier: Apache-2.0
// reads MOUNTED ORIGINAL THREADS READS SEED: random ranges, odd offsets and lengths, from many threads at once, each
// compared with the original; one file descriptor for all threads, and one for each.
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/uio.h>

#include "check.h"

enum { MAX_READ = 300 * 1024 };

static const char *mounted, *original;
static int shared_fd;
static long reads;
static uint64_t seed;

static void compare(int fd, int original_fd, char *got, char *want, off_t offset, size_t len) {
  ssize_t n = pread(fd, got, len, offset);
  ssize_t m = pread_all(original_fd, want, len, offset);
  NEED(m >= 0, "read %s", original);
  CHECK(n == m, "pread(%zu at %lld): got %zd, expected %zd (%s)", len, (long long)offset, n, m, n < 0 ? strerror(errno) : "");
  if (n == m) CHECK(memcmp(got, want, (size_t)n) == 0, "pread(%zu at %lld): other bytes", len, (long long)offset);
}

static void *reader(void *argument) {
  uint64_t number = (uint64_t)(uintptr_t)argument;
  uint64_t state = (seed + number) * 0x9E3779B97F4A7C15u + 1;
  int fd = number % 2 ? shared_fd : open_or_stop(mounted);
  int original_fd = open_or_stop(original);
  off_t size = size_of(original_fd);
  char *got = malloc(MAX_READ), *want = malloc(MAX_READ);
  NEED(got && want, "malloc");
  for (long i = 0; i < reads; i++) {
    size_t len;
    switch (next_random(&state) % 4) {
      case 0: len = next_random(&state) % 7 + 1; break;
      case 1: len = next_random(&state) % 5000; break;
      default: len = next_random(&state) % MAX_READ; break;
    }
    off_t offset = (off_t)(next_random(&state) % (uint64_t)(size + 10));
    compare(fd, original_fd, got, want, offset, len);
  }
  free(got);
  free(want);
  close(original_fd);
  if (fd != shared_fd) close(fd);
  return NULL;
}

// The places where an off-by-one would show: around multiples of the page and of larger powers of two, and the end.
static void edges(void) {
  int original_fd = open_or_stop(original);
  off_t size = size_of(original_fd);
  char *got = malloc(MAX_READ), *want = malloc(MAX_READ);
  NEED(got && want, "malloc");
  static const size_t lengths[] = {0, 1, 2, 511, 512, 513, 4095, 4096, 4097, 131071, 131072, 131073};
  for (int shift = 9; shift <= 28; shift++) {
    for (off_t delta = -2; delta <= 2; delta++) {
      off_t offset = ((off_t)1 << shift) + delta;
      for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) compare(shared_fd, original_fd, got, want, offset, lengths[i]);
    }
  }
  for (off_t back = 0; back <= 5000; back += 499) compare(shared_fd, original_fd, got, want, size > back ? size - back : 0, 8192);
  CHECK(pread(shared_fd, got, 100, size) == 0, "a read at the end is not empty");
  CHECK(pread(shared_fd, got, 100, size + 1) == 0, "a read past the end is not empty");
  CHECK(pread(shared_fd, got, 100, INT64_MAX - 100) == 0, "a read far past the end is not empty");
  errno = 0;
  CHECK(pread(shared_fd, got, 100, -1) == -1 && errno == EINVAL, "a read at -1 gave %s", strerror(errno));

  // One readv over three buffers, and read() with a moving position.
  struct iovec parts[3] = {{got, 3}, {got + 3, 70001}, {got + 70004, 13}};
  ssize_t n = preadv(shared_fd, parts, 3, 12345);
  ssize_t m = pread_all(original_fd, want, 70017, 12345);
  CHECK(n == m && memcmp(got, want, (size_t)m) == 0, "preadv differs");
  int fd = open_or_stop(mounted);
  NEED(lseek(fd, size / 3, SEEK_SET) == size / 3, "lseek");
  for (int i = 0; i < 50; i++) {
    off_t position = lseek(fd, 0, SEEK_CUR);
    n = read(fd, got, 7777);
    m = pread_all(original_fd, want, 7777, position);
    CHECK(n == m && memcmp(got, want, (size_t)m) == 0, "read differs at %lld", (long long)position);
  }
  CHECK(lseek(fd, 0, SEEK_END) == size, "SEEK_END is not the size");
  close(fd);
  close(original_fd);
  free(got);
  free(want);
}

int main(int argc, char **argv) {
  if (argc != 6) {
    fputs("usage: reads MOUNTED ORIGINAL THREADS READS SEED\n", stderr);
    return 2;
  }
  mounted = argv[1];
  original = argv[2];
  long threads = atol(argv[3]);
  reads = atol(argv[4]);
  seed = strtoull(argv[5], NULL, 10);
  shared_fd = open_or_stop(mounted);
  int original_fd = open_or_stop(original);
  NEED(size_of(shared_fd) == size_of(original_fd), "sizes differ");
  close(original_fd);
  pthread_t *ids = calloc((size_t)threads, sizeof *ids);
  NEED(ids, "calloc");
  for (long i = 0; i < threads; i++) NEED(pthread_create(&ids[i], NULL, reader, (void *)(uintptr_t)i) == 0, "pthread_create");
  for (long i = 0; i < threads; i++) pthread_join(ids[i], NULL);
  free(ids);
  edges();
  if (atomic_load(&failures)) fprintf(stderr, "seed %s\n", argv[5]);
  return verdict("reads");
}
