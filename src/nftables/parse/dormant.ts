const flagsLine = /^\tflags [a-z, ]*\bdormant\b[a-z, ]*\n/m;

/** Whether a listing of one table says that it is asleep. */
export const isDormantListing = (listing: string): boolean => flagsLine.test(listing);

/** The listing without that, which is no part of a ruleset. */
export const withoutDormancy = (listing: string): string =>
  listing.replace(/^\tflags dormant\n/m, '');
