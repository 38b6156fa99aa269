import { Card, CardBody, CardFooter, CardHeader, CardTitle } from '@patternfly/react-core';
import type { Repository } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { plural } from '../../components/format.ts';
import { HcpTagLabels } from '../../components/hcp-tag-labels.tsx';
import { EngineLabel, KindLabel, ScanStateLabel, WarningLabel } from '../../components/labels.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Star } from '../../components/star.tsx';
import { repositoryWarnings } from './repository-warnings.ts';

/** Repositories as cards: what it is, how many tags, the newest, when it changed, what to mind. */
export function RepositoryCards({ repositories }: { repositories: readonly Repository[] }): ReactElement {
  return (
    <ul className="ph-card-grid">
      {repositories.map((repository) => (
        <li key={repository.id}>
          <RepositoryCard repository={repository} />
        </li>
      ))}
    </ul>
  );
}

function RepositoryCard({ repository }: { repository: Repository }): ReactElement {
  const scan = repository.lastScan;
  // The kind says PostgreSQL already; the others add something.
  const engines = repository.engines.filter((engine) => engine in ENGINES && engine !== 'postgresql');
  const majors = repository.kind === 'postgres' ? repository.majors : [];
  return (
    <Card isCompact isFullHeight component="article" aria-label={repository.name}>
      <CardHeader
        actions={{ actions: <Star repositoryId={repository.id} name={repository.name} />, hasNoOffset: true }}
      >
        <CardTitle component="h3">
          <Link to="/library/$repositoryId" params={{ repositoryId: repository.id }} className="ph-break">
            {repository.name}
          </Link>
        </CardTitle>
      </CardHeader>
      <CardBody>
        <div className="ph-stack-small">
          <span className="ph-inline-list">
            <KindLabel kind={repository.kind} />
            {engines.map((engine) => (
              <EngineLabel key={engine} engine={engine as keyof typeof ENGINES} />
            ))}
            {majors.length > 0 ? <span className="ph-quiet">versions {majors.slice(-6).join(', ')}</span> : null}
          </span>
          <p className="ph-clamp">{repository.description || <span className="ph-quiet">No description</span>}</p>
          <p>
            <Link to="/library/$repositoryId" params={{ repositoryId: repository.id }} search={{ tab: 'tags' }}>
              {plural(repository.tagCount, 'tag')}
            </Link>
            {repository.newestTag ? (
              <>
                , newest{' '}
                <Link
                  to="/library/$repositoryId/tags/$name"
                  params={{ repositoryId: repository.id, name: repository.newestTag }}
                  className="ph-break"
                >
                  {repository.newestTag}
                </Link>
              </>
            ) : null}
          </p>
          <HcpTagLabels hcpTags={repository.hcpTags} most={4} />
          <Warnings repository={repository} />
        </div>
      </CardBody>
      <CardFooter className="ph-quiet">
        {repository.registry}, changed <RelativeTime time={repository.updatedAt} />
        {scan && scan.status !== 'complete' ? (
          <>
            {' '}
            <ScanStateLabel state={scan.status} of="Last scan" />
          </>
        ) : null}
      </CardFooter>
    </Card>
  );
}

const ENGINES = { postgresql: true, epas: true, pge: true } as const;

function Warnings({ repository }: { repository: Repository }): ReactElement | null {
  const warnings = repositoryWarnings(repository);
  if (repository.missingCount > 0) warnings.push(`${plural(repository.missingCount, 'tag')} missing`);
  if (warnings.length === 0) return null;
  return (
    <span className="ph-inline-list">
      {warnings.map((warning) => (
        <WarningLabel key={warning} text={warning} />
      ))}
    </span>
  );
}
