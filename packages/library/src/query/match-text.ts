/** Text of a query against text that is known: the whole of it, in any case; `*` and `?` stand for what they do in globs. */
export function matchesText(value: { readonly text: string; readonly pattern: boolean }, text: string): boolean {
  if (!value.pattern) return text.toLowerCase() === value.text.toLowerCase();
  return matchesWildcards(value.text.toLowerCase(), text.toLowerCase());
}

/** Linear in the text for each star: goes back to the last star only. */
function matchesWildcards(pattern: string, text: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (place < pattern.length && (pattern[place] === '?' || pattern[place] === text[at]) && pattern[place] !== '*') {
      at += 1;
      place += 1;
    } else if (pattern[place] === '*') {
      star = place;
      resume = at;
      place += 1;
    } else if (star >= 0) {
      resume += 1;
      at = resume;
      place = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[place] === '*') place += 1;
  return place === pattern.length;
}
