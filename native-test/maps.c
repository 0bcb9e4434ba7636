// SPDX-License-Identifier: Apache-2.0
// maps MOUNTED ORIGINAL: the file in memory, shared and private, at odd offsets; never writable through.
#define _GNU_SOURCE
#include <sys/mman.h>

#include "check.h"

static void compare(const char *mounted, const char *original, int flags) {
  int fd = open_or_stop(mounted), original_fd = open_or_stop(original);
  off_t size = size_of(original_fd);
  long page = sysconf(_SC_PAGESIZE);
  char *want = malloc(1 << 20);
  NEED(want, "malloc");
  char *whole = mmap(NULL, (size_t)size, PROT_READ, flags, fd, 0);
  NEED(whole != MAP_FAILED, "mmap");
  NEED(close(fd) == 0, "close"); // The mapping outlives the descriptor.
  // From the end to the start, so that read-ahead does not do the work.
  for (off_t at = size - 1; at >= 0; at -= (4 << 20) + 12345) {
    size_t len = (size_t)(size - at < (1 << 20) ? size - at : 1 << 20);
    ssize_t m = pread_all(original_fd, want, len, at);
    NEED(m == (ssize_t)len, "read %s", original);
    CHECK(memcmp(whole + at, want, len) == 0, "mapped bytes differ at %lld", (long long)at);
  }
  // Behind the end the last page is zeros.
  for (off_t at = size; at % page != 0; at++) CHECK(whole[at] == 0, "no zero behind the end");
  munmap(whole, (size_t)size);
  close(original_fd);
  free(want);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fputs("usage: maps MOUNTED ORIGINAL\n", stderr);
    return 2;
  }
  compare(argv[1], argv[2], MAP_SHARED);
  compare(argv[1], argv[2], MAP_PRIVATE);
  int fd = open_or_stop(argv[1]);
  errno = 0;
  CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EACCES,
        "a shared writable mapping gave %s", strerror(errno));
  char *copy = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  NEED(copy != MAP_FAILED, "private writable mmap");
  copy[0] ^= 1; // Ours alone.
  char first;
  int original_fd = open_or_stop(argv[2]);
  NEED(pread(original_fd, &first, 1, 0) == 1, "read");
  char again;
  CHECK(pread(fd, &again, 1, 0) == 1 && again == first, "a private write changed the file");
  return verdict("maps");
}
