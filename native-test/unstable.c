// SPDX-License-Identifier: Apache-2.0
// Preloaded into the program: the first read of the byte UNSTABLE_OFFSET of the file UNSTABLE_FILE gives it with a bit turned, as a
// bad cable does; all others are right.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int turned;

static int is_the_file(int fd) {
  const char *name = getenv("UNSTABLE_FILE");
  struct stat file, open_file;
  return name && stat(name, &file) == 0 && fstat(fd, &open_file) == 0 && file.st_dev == open_file.st_dev &&
         file.st_ino == open_file.st_ino;
}

static ssize_t spoiled(int fd, void *to, ssize_t n, off_t at) {
  const char *text = getenv("UNSTABLE_OFFSET");
  off_t bad = text ? atoll(text) : -1;
  // Reads of a few bytes are those of headers.
  if (n > 4096 && bad >= at && bad < at + n && is_the_file(fd) && atomic_fetch_add(&turned, 1) == 0) {
    ((char *)to)[bad - at] ^= 4;
  }
  return n;
}

typedef ssize_t reader(int, void *, size_t, off_t);

// With file offsets of 64 bits this is pread64, which is what Java calls.
ssize_t pread(int fd, void *to, size_t length, off_t at) {
  return spoiled(fd, to, ((reader *)dlsym(RTLD_NEXT, "pread64"))(fd, to, length, at), at);
}
