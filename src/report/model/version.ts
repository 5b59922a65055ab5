/** Raised if a field of the JSON report changes its meaning or goes away. New fields don't raise it. */
export const REPORT_SCHEMA = 1
