/**
 * Public data sets by name: what there is, under which licence, and a download that is verified before anybody sees it.
 * A file under its final name in the cache is whole and has the hash of the catalogue; everything else is an error.
 */
@NullMarked
package dev.capstan.bridge.fetch;

import org.jspecify.annotations.NullMarked;
