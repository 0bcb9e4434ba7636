// SPDX-License-Identifier: Apache-2.0
// holes MOUNTED ORIGINAL: what SEEK_HOLE and SEEK_DATA call a hole is zeros in the original, and the walk ends at the size.
#define _GNU_SOURCE
#include "check.h"

int main(int argc, char **argv) {
  if (argc != 3) {
    fputs("usage: holes MOUNTED ORIGINAL\n", stderr);
    return 2;
  }
  int fd = open_or_stop(argv[1]), original_fd = open_or_stop(argv[2]);
  off_t size = size_of(original_fd), at = 0;
  enum { PIECE = 1 << 20 };
  char *want = malloc(PIECE), *zeros = calloc(1, PIECE);
  NEED(want && zeros, "malloc");
  long steps = 0;
  while (at < size && steps++ < 1000000) {
    off_t data = lseek(fd, at, SEEK_DATA);
    if (data < 0) {
      CHECK(errno == ENXIO, "SEEK_DATA at %lld: %s", (long long)at, strerror(errno));
      data = size;
    }
    CHECK(data >= at && data <= size, "SEEK_DATA at %lld gave %lld", (long long)at, (long long)data);
    for (off_t hole = at; hole < data; hole += PIECE) {
      size_t n = (size_t)(data - hole < PIECE ? data - hole : PIECE);
      NEED(pread_all(original_fd, want, n, hole) == (ssize_t)n, "read original");
      CHECK(memcmp(want, zeros, n) == 0, "called a hole, but there is data after %lld", (long long)hole);
    }
    if (data >= size) break;
    at = lseek(fd, data, SEEK_HOLE);
    CHECK(at > data && at <= size, "SEEK_HOLE at %lld gave %lld", (long long)data, (long long)at);
    if (at <= data) break;
  }
  CHECK(lseek(fd, size, SEEK_DATA) == -1 && errno == ENXIO, "SEEK_DATA at the end: %s", strerror(errno));
  CHECK(lseek(fd, size, SEEK_HOLE) == -1 && errno == ENXIO, "SEEK_HOLE at the end: %s", strerror(errno));
  return verdict("holes");
}
