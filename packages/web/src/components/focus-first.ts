const FIELDS = 'input:not([type="radio"]:not(:checked)):not(:disabled), select:not(:disabled), textarea:not(:disabled)';

/**
 * For the `innerRef` of a form in a dialog: who opens it wants to fill it in, and would else stand at "Close". A field
 * that asked for the focus itself keeps it.
 */
export function focusFirst(form: HTMLFormElement | null): void {
  if (form === null || form.contains(document.activeElement)) return;
  form.querySelector<HTMLElement>(FIELDS)?.focus();
}
