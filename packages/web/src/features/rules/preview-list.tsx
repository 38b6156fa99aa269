import { Button } from '@patternfly/react-core';
import type { Preview } from '@pharos/contract';
import type { ReactElement } from 'react';
import { formatCount } from '../../components/format.ts';
import { AngleLeftIcon, AngleRightIcon } from '../../components/icons.ts';
import { clauseWords, reasonSentence } from '../../components/reason.ts';

type Row = Preview['included'][number] | Preview['excluded'][number];

interface PreviewListProps {
  label: string;
  rows: readonly Row[];
  total: number;
  offset: number;
  onOffset: (offset: number) => void;
  empty: string;
}

const STEP = 100;

/** One page of decisions. */
export function PreviewList({ label, rows, total, offset, onOffset, empty }: PreviewListProps): ReactElement {
  if (rows.length === 0 && offset === 0) return <p className="ph-note">{empty}</p>;
  return (
    <>
      {/* A region that scrolls must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <section className="ph-preview-list" aria-label={label} tabIndex={0}>
        <ul className="ph-rows">
          {rows.map((row) => (
            <li key={`${row.registryId}/${row.repository}:${row.tag}`}>
              <span className="ph-row-main">
                <span className="ph-break">
                  <span className="ph-quiet">{row.repository}:</span>
                  {row.tag}
                </span>
                {'reason' in row ? (
                  <span className="ph-quiet ph-block">
                    {reasonSentence(row.reason, row.text)}
                    {row.clause ? ` (${clauseWords(row.clause)})` : ''}
                  </span>
                ) : null}
              </span>
            </li>
          ))}
        </ul>
      </section>
      {total > STEP ? (
        <nav aria-label={`Pages of ${label.toLowerCase()}`} className="ph-paging">
          <Button
            variant="secondary"
            size="sm"
            icon={<AngleLeftIcon />}
            isDisabled={offset === 0}
            onClick={() => onOffset(Math.max(0, offset - STEP))}
          >
            Previous
          </Button>
          <span>
            {formatCount(offset + 1)} to {formatCount(offset + rows.length)} of {formatCount(total)}
          </span>
          <Button
            variant="secondary"
            size="sm"
            icon={<AngleRightIcon />}
            iconPosition="end"
            isDisabled={offset + STEP >= total}
            onClick={() => onOffset(offset + STEP)}
          >
            Next
          </Button>
        </nav>
      ) : null}
    </>
  );
}
