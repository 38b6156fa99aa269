import { Button, PageSection, Switch } from '@patternfly/react-core';
import type { Difference } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { differenceQuery, useReadImages } from '../../api/images.ts';
import { useMay } from '../../api/session.ts';
import { CubesIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { ActionError, EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { CompareChooser } from './compare-chooser.tsx';
import { CompareFacts, CompareLists } from './compare-lists.tsx';
import { CompareSides } from './compare-sides.tsx';
import type { CompareSearch } from './search.ts';

export type Side = 'from' | 'to';

/** What differs between two images, of one repository or of two. */
export function ComparePage(): ReactElement {
  const [search, change] = useSearchState<CompareSearch>();
  const [choosing, setChoosing] = useState<Side | null>(null);
  const { from, to } = search;
  const all = search.all === 'true';
  const difference = useQuery({
    ...differenceQuery(from ?? '', to ?? '', all),
    enabled: from !== undefined && to !== undefined,
  });
  const data = from !== undefined && to !== undefined ? difference.data : undefined;
  return (
    <>
      <PageTitle
        title="Compare images"
        crumbs={[{ label: 'Image Library', to: '/library' }]}
        actions={
          <>
            {data ? <ReadBoth difference={data} /> : null}
            <Button
              variant="secondary"
              isDisabled={from === undefined && to === undefined}
              onClick={() => change({ from: to, to: from })}
            >
              Swap
            </Button>
          </>
        }
      >
        <CompareSides from={from} to={to} difference={data} onChange={setChoosing} />
      </PageTitle>
      <PageSection hasBodyWrapper={false}>
        {from === undefined || to === undefined ? (
          <EmptyState title="Choose two images" icon={CubesIcon}>
            Choose the image before and the image after, of the same repository or of two. Links on the page of a tag
            and in its history fill in both.
          </EmptyState>
        ) : (
          <div className="ph-stack">
            <Switch
              id="compare-all"
              label="Show also what is the same"
              isChecked={all}
              onChange={(_, checked) => change({ all: checked ? 'true' : undefined })}
            />
            <QueryView query={difference} what="the differences" skeleton={<ListSkeleton what="the differences" />}>
              {(shown) => (
                <>
                  {shown.isSame ? <p>Both are the same image: one digest.</p> : null}
                  <CompareFacts facts={shown.facts} />
                  <CompareLists lists={shown.lists} />
                </>
              )}
            </QueryView>
          </div>
        )}
      </PageSection>
      {choosing === null ? null : (
        <CompareChooser
          side={choosing}
          near={data === undefined ? [] : [...data.before.tags, ...data.after.tags]}
          onChoose={(digest) => {
            change({ [choosing]: digest });
            setChoosing(null);
          }}
          onClose={() => setChoosing(null)}
        />
      )}
    </>
  );
}

/** Packages and configuration of both, where one of them is not known. */
function ReadBoth({ difference: { before, after } }: { difference: Difference }): ReactElement | null {
  const mayRead = useMay('images:read-deeper');
  const unread = [before, after].filter(({ hasPackages, detail }) => !hasPackages || detail === 'manifest');
  const read = useReadImages(unread.map(({ digest }) => digest));
  const told = [...new Set((read.data ?? []).flatMap(({ packagesMessage }) => packagesMessage ?? []))].join(' ');
  if (!mayRead || (unread.length === 0 && !read.isError)) return null;
  return (
    <>
      <Button variant="secondary" isLoading={read.isPending} isDisabled={read.isPending} onClick={() => read.mutate()}>
        {read.isPending ? 'Reading' : 'Read deeper'}
      </Button>
      <span role="status" className="ph-quiet">
        {read.isSuccess ? told || 'Read. Where packages are still not known, no SBOM hangs on the image.' : null}
      </span>
      <ActionError error={read.error} what="An image could not be read" />
    </>
  );
}
