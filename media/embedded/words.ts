/** Splits arguments at blanks; single quotes keep blanks together and are taken off (switch_separate_string). */
export function words(text: string): string[] {
  const found: string[] = [];
  let word = '';
  let quoted = false;
  let open = false;
  for (const c of text) {
    if (c === "'") {
      quoted = !quoted;
      open = true;
    } else if (c === ' ' && !quoted) {
      if (open) found.push(word);
      word = '';
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) found.push(word);
  return found;
}
