/** The same rules as the contract's, told before anything is sent. */

const MIN_PASSWORD = 10;

export function passwordProblem(password: string): string | undefined {
  if (password.length >= MIN_PASSWORD) return undefined;
  return `The password must have at least ${MIN_PASSWORD} characters; it has ${password.length}.`;
}

export function userNameProblem(name: string): string | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'Give the account a name.';
  if (trimmed.length > 100) return 'The name may have at most 100 characters.';
  return /^[\w.@-]+$/.test(trimmed) ? undefined : 'Only letters, digits, ".", "_", "@" and "-" are allowed.';
}
