// SPDX-License-Identifier: Apache-2.0
/**
 * A file of sealed records, to keep what was learned about a backup from one mount to the next. Knows nothing
 * of what the records say. Imports the JDK only.
 */
package org.qbfs.index;
