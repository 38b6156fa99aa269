export const MUTABILITIES = [
  ['auto', 'As their names say: build stamps do not move'],
  ['immutable', 'They do not move'],
  ['mutable', 'All of them may move'],
] as const;
