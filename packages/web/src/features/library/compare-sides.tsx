import { Button, Card, CardBody, CardHeader, CardTitle } from '@patternfly/react-core';
import type { ComparedImage, Difference } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Digest } from '../../components/digest.tsx';
import type { Side } from './compare-page.tsx';

interface CompareSidesProps {
  from: string | undefined;
  to: string | undefined;
  difference: Difference | undefined;
  onChange: (side: Side) => void;
}

const FEW = 3;

/** Which two images are compared: digest, and the names under which it is known. */
export function CompareSides({ from, to, difference, onChange }: CompareSidesProps): ReactElement {
  return (
    <div className="ph-sides">
      <One title="Before" digest={from} image={difference?.before} onChange={() => onChange('from')} />
      <One title="After" digest={to} image={difference?.after} onChange={() => onChange('to')} />
    </div>
  );
}

function One({
  title,
  digest,
  image,
  onChange,
}: {
  title: string;
  digest: string | undefined;
  image: ComparedImage | undefined;
  onChange: () => void;
}): ReactElement {
  // While another one is loaded, the last difference still stands there.
  const known = image?.digest === digest ? image : undefined;
  const change = (
    <Button variant="link" isInline onClick={onChange}>
      {digest === undefined ? 'Choose' : 'Change'}
      <span className="pf-v6-u-screen-reader"> the image {title.toLowerCase()}</span>
    </Button>
  );
  return (
    <Card isCompact component="section">
      <CardHeader actions={{ actions: change, hasNoOffset: true }}>
        <CardTitle component="h2">{title}</CardTitle>
      </CardHeader>
      <CardBody>
        {digest === undefined ? (
          <p className="ph-quiet">No image chosen</p>
        ) : (
          <div className="ph-stack-tiny">
            <Digest digest={digest} />
            {known === undefined ? null : <Names image={known} />}
          </div>
        )}
      </CardBody>
    </Card>
  );
}

function Names({ image }: { image: ComparedImage }): ReactElement {
  if (image.tags.length === 0) return <p className="ph-quiet">No tag points to it any more</p>;
  const more = image.tags.length - FEW;
  return (
    <>
      {image.tags.slice(0, FEW).map(({ repositoryId, repository, name }) => (
        <Link
          key={`${repositoryId}/${name}`}
          to="/library/$repositoryId/tags/$name"
          params={{ repositoryId, name }}
          className="ph-break"
        >
          {repository}:{name}
        </Link>
      ))}
      {more > 0 ? <span className="ph-quiet">and {more} more</span> : null}
    </>
  );
}
