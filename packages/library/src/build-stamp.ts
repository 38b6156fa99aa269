/**
 * Build stamps in tags: EDB writes ten digits YYMMDDhhmm (`2503310734` is 2025-03-31 07:34 UTC), CloudNativePG twelve,
 * YYYYMMDDhhmm. Returns the time as RFC 3339, or null when the digits are not a date of this century. Made without a
 * Date, for it runs once per tag of a preview over a million of them.
 */
export function stampTime(digits: string): string | null {
  const at = digits.length - 10;
  if (at !== 0 && !(at === 2 && digits.startsWith('20'))) return null;
  const year = pair(digits, at);
  const month = pair(digits, at + 2);
  const day = pair(digits, at + 4);
  const isTime = pair(digits, at + 6) <= 23 && pair(digits, at + 8) <= 59;
  // Comparisons with NaN, which is what no digits are, are false.
  if (!(isTime && year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(2000 + year, month)))
    return null;
  const date = `20${digits.slice(at, at + 2)}-${digits.slice(at + 2, at + 4)}-${digits.slice(at + 4, at + 6)}`;
  return `${date}T${digits.slice(at + 6, at + 8)}:${digits.slice(at + 8)}:00.000Z`;
}

/** The number that two digits make; NaN when they are none. */
function pair(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
