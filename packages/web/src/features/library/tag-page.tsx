import { Alert, PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { Image, TagDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { usagesQuery } from '../../api/dispatches.ts';
import { imageQuery } from '../../api/images.ts';
import { useMay } from '../../api/session.ts';
import { tagQuery } from '../../api/tags.ts';
import { DecideActions } from '../../components/decide-actions.tsx';
import { DecisionsPanel } from '../../components/decisions-panel.tsx';
import { Digest } from '../../components/digest.tsx';
import { EditHcpTags } from '../../components/edit-hcp-tags.tsx';
import { formatCount } from '../../components/format.ts';
import { EngineLabel, ImageStateLabel, KindLabel, PresenceLabel } from '../../components/labels.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { PoliciesPanel } from '../../components/policies-panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { QueryView, TextSkeleton } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { AttachedPanel } from './attached-panel.tsx';
import { ExtensionsPanel } from './extensions-panel.tsx';
import { FindingsPanel } from './findings-panel.tsx';
import { LifecycleLabels } from './lifecycle-labels.tsx';
import { PackagesPanel } from './packages-panel.tsx';
import { PlatformsPanel } from './platforms-panel.tsx';
import { PullPanel } from './pull-panel.tsx';
import type { TagSearch } from './search.ts';
import { SignaturesPanel } from './signatures-panel.tsx';
import { TagFactsPanel } from './tag-facts-panel.tsx';
import { TagHistoryPanel } from './tag-history-panel.tsx';
import { TagOriginPanel } from './tag-origin-panel.tsx';
import { TextPairsPanel } from './text-pairs-panel.tsx';
import { UsedByPanel } from './used-by-panel.tsx';
import { VulnerabilityReportsPanel } from './vulnerability-reports-panel.tsx';

export function TagPage(): ReactElement {
  const { repositoryId = '', name = '' } = useParams({ strict: false });
  const tag = useQuery(tagQuery(repositoryId, name));
  if (tag.data) return <Loaded key={`${repositoryId}/${name}`} tag={tag.data} />;
  return (
    <>
      <PageTitle title={name} crumbs={[{ label: 'Image Library', to: '/library' }]} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={tag} what="the tag">
          {() => null}
        </QueryView>
      </PageSection>
    </>
  );
}

/** An approved database image leads to a cluster. */
function UseInCluster({ tag }: { tag: TagDetail }): ReactElement | null {
  const mayMake = useMay('clusters:write');
  const { engine, version, locations, digest } = tag;
  if (!mayMake || tag.state !== 'approved' || tag.kind !== 'postgres' || engine === null || version === null)
    return null;
  const search = { location: locations[0], engine, major: version.major ?? undefined, image: digest };
  return (
    <Link to="/databases/new" search={search} className="pf-v6-c-button pf-m-primary">
      <span className="pf-v6-c-button__text">Use in a cluster</span>
    </Link>
  );
}

function Loaded({ tag }: { tag: TagDetail }): ReactElement {
  const image = useQuery(imageQuery(tag.digest));
  const uses = useQuery(usagesQuery(tag.digest));
  const [search, change] = useSearchState<TagSearch>();
  const moves = tag.version?.floating ?? false;
  return (
    <>
      <PageTitle
        title={tag.name}
        documentTitle={`${tag.repository}:${tag.name}`}
        crumbs={[
          { label: 'Image Library', to: '/library' },
          { label: tag.repository, to: `/library/${tag.repositoryId}` },
        ]}
        labels={
          <>
            <KindLabel kind={tag.kind} />
            {tag.engine ? <EngineLabel engine={tag.engine} isLong /> : null}
            <ImageStateLabel state={tag.state} />
            {tag.presence === 'present' ? null : <PresenceLabel presence={tag.presence} />}
            <LifecycleLabels tag={tag} />
          </>
        }
        actions={
          <>
            {tag.previousDigest && tag.previousDigest !== tag.digest ? (
              <CompareButton
                from={tag.previousDigest}
                to={tag.digest}
                text="Compare with predecessor"
                title={tag.previous ?? undefined}
              />
            ) : null}
            <CompareButton to={tag.digest} text="Compare with …" />
            <UseInCluster tag={tag} />
            <DecideActions what={`${tag.repository}:${tag.name}`} digest={tag.digest} state={tag.state} />
          </>
        }
      >
        <div className="ph-stack-small">
          <Digest digest={tag.digest} full />
          <EditHcpTags
            what={`${tag.repository}:${tag.name}`}
            hcpTags={tag.hcpTags}
            systemTags={tag.systemTags}
            digest={tag.digest}
          />
          <Presence tag={tag} />
          <Moved tag={tag} />
          {moves ? (
            <p className="ph-quiet">
              This name names no exact version, so it moves. The digest does not; use the digest for anything that must
              stay the same.
            </p>
          ) : null}
        </div>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-tabs">
        <Tabs
          aria-label="Parts of the tag"
          activeKey={search.tab ?? 'overview'}
          onSelect={(_, key) =>
            change(
              {
                tab: key === 'overview' ? undefined : (key as TagSearch['tab']),
                q: undefined,
                at: undefined,
                cursor: undefined,
                page: undefined,
              },
              'push',
            )
          }
          mountOnEnter
          unmountOnExit
        >
          <Tab eventKey="overview" title={<TabTitleText>Overview</TabTitleText>}>
            <Overview tag={tag} image={image} />
          </Tab>
          <Tab eventKey="metadata" title={<TabTitleText>Annotations and labels</TabTitleText>}>
            <QueryView query={image} what="annotations and labels">
              {(data) => (
                <div className="ph-stack">
                  <TextPairsPanel
                    title="Annotations"
                    pairs={data.annotations}
                    empty="The manifest carries no annotations."
                  />
                  <TextPairsPanel
                    title="Labels"
                    pairs={data.labels}
                    empty={
                      data.detail === 'manifest'
                        ? 'The configuration of this image was not read yet, so its labels are not known.'
                        : 'The configuration carries no labels.'
                    }
                  />
                </div>
              )}
            </QueryView>
          </Tab>
          <Tab eventKey="packages" title={<TabTitleText>Packages</TabTitleText>}>
            <QueryView query={image} what="the packages">
              {(data) => <PackagesPanel image={data} />}
            </QueryView>
          </Tab>
          <Tab
            eventKey="used-by"
            title={<TabTitleText>Used by{uses.data?.total ? ` (${formatCount(uses.data.total)})` : ''}</TabTitleText>}
          >
            <UsedByPanel digest={tag.digest} />
          </Tab>
          <Tab eventKey="history" title={<TabTitleText>History</TabTitleText>}>
            <TagHistoryPanel tag={tag} />
          </Tab>
        </Tabs>
      </PageSection>
    </>
  );
}

interface CompareButtonProps {
  from?: string;
  to: string;
  text: string;
  /** Which one that is. */
  title?: string | undefined;
}

function CompareButton({ from, to, text, title }: CompareButtonProps): ReactElement {
  return (
    <Link to="/library/compare" search={{ from, to }} title={title} className="pf-v6-c-button pf-m-secondary">
      <span className="pf-v6-c-button__text">{text}</span>
    </Link>
  );
}

function Overview({ tag, image }: { tag: TagDetail; image: ReturnType<typeof useImage> }): ReactElement {
  return (
    <div className="ph-columns">
      <div className="ph-stack">
        <QueryView query={image} what="the image" skeleton={<TextSkeleton what="the image" lines={8} />}>
          {(data: Image) => (
            <>
              <FindingsPanel findings={data.facts.findings} />
              <TagFactsPanel tag={tag} image={data} />
              <PlatformsPanel image={data} />
              <ExtensionsPanel image={data} />
            </>
          )}
        </QueryView>
      </div>
      <div className="ph-stack">
        <PullPanel tag={tag} />
        <DecisionsPanel digest={tag.digest} />
        <PoliciesPanel digest={tag.digest} />
        <SignaturesPanel tag={tag} platforms={image.data?.platforms ?? []} />
        <VulnerabilityReportsPanel digest={tag.digest} />
        <TagOriginPanel tag={tag} />
        {image.data ? <AttachedPanel referrers={image.data.referrers} /> : null}
      </div>
    </div>
  );
}

/** Only for its type. */
function useImage(digest: string) {
  return useQuery(imageQuery(digest));
}

/** The name still stands for what was approved, in people's heads; the image behind it is another one. */
function Moved({ tag }: { tag: TagDetail }): ReactElement | null {
  if (!tag.approvedBefore) return null;
  return (
    <Alert variant="warning" isInline component="p" title="The tag moved since the approval">
      <p>
        <Digest digest={tag.approvedBefore} /> was approved. What the tag points to now is another image, and it is
        pending.{' '}
        <Link to="/library/compare" search={{ from: tag.approvedBefore, to: tag.digest }}>
          See what differs
        </Link>
      </p>
    </Alert>
  );
}

function Presence({ tag }: { tag: TagDetail }): ReactElement | null {
  if (tag.presence === 'present') return null;
  const since = <RelativeTime time={tag.missingSince} absent="a while ago" />;
  if (tag.presence === 'missing') {
    return (
      <p>
        The registry does not list this tag any more, first noticed {since}. It stays here until several complete scans
        agree.
      </p>
    );
  }
  return (
    <p>
      Retired: several complete scans did not find the tag, first noticed {since}.{' '}
      <Link to="/library/$repositoryId" params={{ repositoryId: tag.repositoryId }} search={{ tab: 'tags' }}>
        See what is there now
      </Link>
    </p>
  );
}
