import { Button, Popover } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { completionsQuery } from '../../api/tags.ts';
import { QuestionCircleIcon } from '../../components/icons.ts';

const EXAMPLES = [
  ['engine:epas major:17 extension:vector platform:arm64', 'EPAS 17 with pgvector for arm64'],
  ['major:>=16 -flavour:minimal', 'from 16 on, without one flavour'],
  ['engine:epas,pge age:<30d', 'one of two engines, of the last 30 days'],
  ['repository:edb-* tag:17.*', 'by name, with wildcards'],
  ['"-full"', 'a text that begins with a dash, in quotes'],
  ['signed:verified', 'what a trusted key signed; signed:attached for other signatures'],
  ['label:vendor=EDB size:>1GiB', 'by label, and by size'],
] as const;

/** The query language in short. */
export function QueryHelp(): ReactElement {
  return (
    <Popover
      headerContent="How to search"
      headerComponent="h3"
      appendTo={() => document.querySelector('main') ?? document.body}
      maxWidth="min(36rem, 90vw)"
      bodyContent={<HelpText />}
      position="bottom-end"
    >
      <Button variant="plain" icon={<QuestionCircleIcon />} aria-label="How to search" />
    </Popover>
  );
}

/** Fields come from the server, so that all of them are told and no others. */
function HelpText(): ReactElement {
  const { data } = useQuery(completionsQuery('', 0));
  return (
    // Scrolls, so keys must reach it.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className="ph-query-help" aria-label="The query language" tabIndex={0}>
      <p>
        Words look at the names of tags and at digests. Fields look at one thing each; all terms must fit. Put{' '}
        <code>-</code> before a term to leave out what fits it, and commas between values to take any of them.
      </p>
      <dl>
        {EXAMPLES.map(([query, meaning]) => (
          <div key={query}>
            <dt>
              <code>{query}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p className="ph-label">Fields</p>
      <ul>
        {(data?.items ?? []).map(({ label, detail }) => (
          <li key={label}>
            <code>{label}</code> <span className="ph-quiet">{detail}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
