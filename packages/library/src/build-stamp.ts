const STAMP = /^(20\d\d|\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])([0-5]\d)$/;

/**
 * Build stamps in tags: EDB writes ten digits YYMMDDhhmm (`2503310734` is 2025-03-31 07:34 UTC), CloudNativePG twelve,
 * YYYYMMDDhhmm. Returns the time as RFC 3339, or null when the digits are not a date of this century. Made without a
 * Date, for it runs once per tag of a preview over a million of them.
 */
export function stampTime(digits: string): string | null {
  if (digits.length !== 10 && digits.length !== 12) return null;
  const match = STAMP.exec(digits);
  if (match === null) return null;
  const [, yearText, month, day, hour, minute] = match;
  const year = Number(yearText) % 100;
  if (Number(day) > daysInMonth(2000 + year, Number(month))) return null;
  return `20${yearText!.slice(-2)}-${month}-${day}T${hour}:${minute}:00.000Z`;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
