/** Where a fact was read, in words after "from". */
const WORDS: Record<string, string> = {
  annotation: 'an annotation',
  label: 'a label',
  config: 'the configuration',
  env: 'the environment in the configuration',
  sbom: 'an attached SBOM',
  tag: 'the tag’s name',
  repository: 'the repository’s name',
  rule: 'the rule',
  manifest: 'the manifest',
};

/** The words for a source; a source of a later server is shown as it is. */
function sourceWords(source: string): string {
  return WORDS[source] ?? source;
}

const CONFIDENCES = { high: 'high confidence', medium: 'medium confidence', low: 'low confidence' } as const;

/** "from a label, high confidence". */
export function provenance(source: string, confidence: keyof typeof CONFIDENCES | undefined): string {
  return `from ${sourceWords(source)}${confidence === undefined ? '' : `, ${CONFIDENCES[confidence]}`}`;
}
