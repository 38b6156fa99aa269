import { Button } from '@patternfly/react-core';
import { isFiles, placesByRegistry, type RegistryPlaces, type TagDetail } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { Facts } from '../../components/facts.tsx';
import { plural } from '../../components/format.ts';
import { Panel } from '../../components/panel.tsx';
import { RuleReasons } from './rule-reasons.tsx';
import { splitExplanation } from './split-explanation.ts';

/** Where the tag stands, why it is here, and what else points to the same image. */
export function TagOriginPanel({ tag }: { tag: TagDetail }): ReactElement {
  return (
    <>
      <Panel title="Where it is">
        <Facts
          label="Where it is"
          facts={[
            [
              'Registry',
              <Link key="r" to="/manage/registries/$registryId" params={{ registryId: tag.registryId }}>
                {tag.registry}
              </Link>,
            ],
            isFiles(tag.host)
              ? [
                  'Files',
                  <code key="a" className="ph-break">
                    {tag.host}
                  </code>,
                ]
              : ['Address', <code key="a" className="ph-break">{`${tag.host}/${tag.repository}:${tag.name}`}</code>],
            [tag.locations.length > 1 ? 'Locations' : 'Location', tag.locations.join(', ')],
          ]}
        />
      </Panel>
      <Panel title="Why it is here">
        <Explanation tag={tag} />
      </Panel>
      <Panel title="All places of this image">
        <SameDigest tag={tag} />
      </Panel>
    </>
  );
}

/** The rules that take it; those that do not have a say as well, but nobody came for them. */
function Explanation({ tag }: { tag: TagDetail }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const { taking, others } = splitExplanation(tag.explanation);
  return (
    <div className="ph-stack-small">
      <RuleReasons reasons={taking} />
      {taking.length > 0 && others.length > 0 ? (
        <span>
          <Button variant="link" isInline size="sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen
              ? 'Hide the other rules'
              : `${plural(others.length, 'other rule does', 'other rules do')} not take it`}
          </Button>
        </span>
      ) : null}
      {isOpen || taking.length === 0 ? <RuleReasons reasons={others} /> : null}
    </div>
  );
}

/** One image, all its places: this tag and the others of its digest, by registry. */
function SameDigest({ tag }: { tag: TagDetail }): ReactElement {
  if (tag.sameDigest.length === 0) return <p className="ph-quiet">No other tag points to this digest now.</p>;
  const { repositoryId, repository, registryId, registry, host, name } = tag;
  const own = { repositoryId, repository, registryId, registry, host, name, locationId: tag.locations[0] ?? '' };
  const places = placesByRegistry([own, ...tag.sameDigest]);
  return (
    <>
      <p className="ph-quiet">
        One image in {plural(places.length, 'registry', 'registries')}:{' '}
        {plural(tag.sameDigest.length, 'other tag points', 'other tags point')} to this digest.
      </p>
      <ul className="ph-rows">
        {places.map((place) => (
          <Place key={place.registryId} place={place} tag={tag} />
        ))}
      </ul>
    </>
  );
}

function Place({ place, tag }: { place: RegistryPlaces; tag: TagDetail }): ReactElement {
  return (
    <li>
      <span className="ph-row-main">
        <Link to="/manage/registries/$registryId" params={{ registryId: place.registryId }}>
          {place.registry}
        </Link>
        {isFiles(place.host) ? ' (files)' : ''}
        {place.tags.map((each) => (
          <span key={`${each.repositoryId}/${each.name}`} className="ph-block">
            {each.repositoryId === tag.repositoryId && each.name === tag.name ? (
              <>
                {each.repository}:{each.name} (this tag)
              </>
            ) : (
              <Link
                to="/library/$repositoryId/tags/$name"
                params={{ repositoryId: each.repositoryId, name: each.name }}
                className="ph-break"
              >
                {each.repository}:{each.name}
              </Link>
            )}
          </span>
        ))}
      </span>
      <span className="ph-row-side">{place.locationId}</span>
    </li>
  );
}
