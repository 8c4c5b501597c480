/** What every service of the suite shares. */
@NullMarked
package dev.holdfast.defaults;

import org.jspecify.annotations.NullMarked;
