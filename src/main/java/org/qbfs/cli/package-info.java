// SPDX-License-Identifier: Apache-2.0
/**
 * The commands of qbfs: their options, exit codes and messages, the passphrase's way in, and the daemon. May
 * import everything, and picocli.
 */
package org.qbfs.cli;
