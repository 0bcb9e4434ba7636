// SPDX-License-Identifier: Apache-2.0
// damage MOUNTED ORIGINAL START END: exactly the pages that hold a byte of [START, END) give EIO; all others are as in the original.
#define _GNU_SOURCE
#include "check.h"

int main(int argc, char **argv) {
  if (argc != 5) {
    fputs("usage: damage MOUNTED ORIGINAL START END\n", stderr);
    return 2;
  }
  enum { PAGE = 4096 };
  int fd = open_or_stop(argv[1]), original_fd = open_or_stop(argv[2]);
  off_t size = size_of(original_fd), start = atoll(argv[3]), end = atoll(argv[4]);
  CHECK(size_of(fd) == size, "sizes differ");
  NEED(posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM) == 0, "posix_fadvise");
  char got[PAGE], want[PAGE];
  long bad = 0;
  for (int round = 0; round < 2; round++) { // Damage stays damage, and what is whole stays whole.
    for (off_t at = 0; at < size; at += PAGE) {
      ssize_t m = pread_all(original_fd, want, PAGE, at);
      NEED(m > 0, "read original");
      errno = 0;
      ssize_t n = pread(fd, got, PAGE, at);
      if (at + PAGE > start && at < end) {
        bad++;
        // Not the good bytes before the damage either: the kernel would take a short read for the end of the file.
        CHECK(n == -1 && errno == EIO, "page at %lld: %zd bytes (%s), expected EIO", (long long)at, n, strerror(errno));
      } else {
        CHECK(n == m && memcmp(got, want, (size_t)m) == 0, "page at %lld: %zd bytes (%s), expected %zd", (long long)at, n,
              n < 0 ? strerror(errno) : "", m);
      }
    }
  }
  CHECK(bad > 0, "the range has no page");
  return verdict("damage");
}
