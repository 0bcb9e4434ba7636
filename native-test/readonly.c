// SPDX-License-Identifier: Apache-2.0
// readonly DIRECTORY FILE LINK SUBDIRECTORY: every kind of change is refused with EROFS; FILE, LINK and SUBDIRECTORY are names
// of a file, of a symbolic link and of an empty directory in DIRECTORY.
#define _GNU_SOURCE
#include <sys/file.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/xattr.h>

#include "check.h"

#define REFUSED(call)                                                                                        \
  do {                                                                                                       \
    errno = 0;                                                                                               \
    long result = (long)(call);                                                                              \
    CHECK(result == -1 && errno == EROFS, "%s: %s", #call, result == -1 ? strerror(errno) : "succeeded");     \
  } while (0)

int main(int argc, char **argv) {
  if (argc != 5) {
    fputs("usage: readonly DIRECTORY FILE LINK SUBDIRECTORY\n", stderr);
    return 2;
  }
  const char *file = argv[2], *link_name = argv[3];
  NEED(chdir(argv[1]) == 0, "chdir %s", argv[1]);
  struct stat before, after;
  NEED(lstat(file, &before) == 0 && S_ISREG(before.st_mode), "%s is no file", file);

  REFUSED(open(file, O_WRONLY));
  REFUSED(open(file, O_RDWR));
  REFUSED(open(file, O_WRONLY | O_APPEND));
  REFUSED(open(file, O_WRONLY | O_TRUNC));
  REFUSED(open(file, O_RDONLY | O_TRUNC));
  REFUSED(open("new file", O_WRONLY | O_CREAT, 0644));
  REFUSED(open("new file", O_RDONLY | O_CREAT, 0644));
  REFUSED(open("new file", O_RDWR | O_CREAT | O_EXCL, 0644));
  REFUSED(creat("new file", 0644));
  REFUSED(truncate(file, 0));
  REFUSED(truncate(file, 1000000));
  REFUSED(unlink(file));
  REFUSED(unlink(link_name));
  REFUSED(mkdir("new directory", 0755));
  REFUSED(rmdir(argv[4]));
  REFUSED(rename(file, "new name"));
  REFUSED(rename(file, link_name));
  REFUSED(link(file, "new link"));
  REFUSED(symlink("target", "new symlink"));
  REFUSED(mknod("new fifo", S_IFIFO | 0644, 0));
  REFUSED(mknod("new node", S_IFREG | 0644, 0));
  REFUSED(chmod(file, 0777));
  REFUSED(fchmodat(AT_FDCWD, ".", 0777, 0));
  REFUSED(chown(file, getuid(), getgid()));
  REFUSED(lchown(link_name, getuid(), getgid()));
  struct timespec now[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_NOW}}, past[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
  REFUSED(utimensat(AT_FDCWD, file, now, 0));
  REFUSED(utimensat(AT_FDCWD, file, past, 0));
  REFUSED(utimensat(AT_FDCWD, link_name, past, AT_SYMLINK_NOFOLLOW));
  REFUSED(setxattr(file, "user.test", "value", 5, 0));
  REFUSED(removexattr(file, "user.test"));
  REFUSED(access(file, W_OK));
  REFUSED(access(".", W_OK));

  // What a descriptor for reading allows: nothing that changes, with the errors that Linux gives for it.
  int fd = open_or_stop(file);
  CHECK(write(fd, "x", 1) == -1 && errno == EBADF, "write on a descriptor for reading: %s", strerror(errno));
  CHECK(ftruncate(fd, 0) == -1 && (errno == EINVAL || errno == EROFS), "ftruncate: %s", strerror(errno));
  CHECK(fchmod(fd, 0777) == -1 && errno == EROFS, "fchmod: %s", strerror(errno));
  CHECK(fallocate(fd, 0, 0, 10) == -1, "fallocate succeeded");
  CHECK(futimens(fd, past) == -1 && errno == EROFS, "futimens: %s", strerror(errno));
  CHECK(fsetxattr(fd, "user.test", "value", 5, 0) == -1 && errno == EROFS, "fsetxattr: %s", strerror(errno));
  close(fd);
  fd = open(".", O_TMPFILE | O_RDWR, 0600);
  CHECK(fd == -1, "O_TMPFILE succeeded");

  NEED(lstat(file, &after) == 0, "lstat %s", file);
  CHECK(before.st_mode == after.st_mode && before.st_size == after.st_size && before.st_mtim.tv_sec == after.st_mtim.tv_sec,
        "the file changed");
  CHECK(access("new file", F_OK) == -1 && errno == ENOENT, "a new file is there");
  return verdict("readonly");
}
