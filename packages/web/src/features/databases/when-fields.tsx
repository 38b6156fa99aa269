import { FormGroup, Radio } from '@patternfly/react-core';
import type { ClusterDetail, UpgradeTiming } from '@pharos/contract';
import type { ReactElement } from 'react';
import { RelativeTime } from '../../components/relative-time.tsx';

interface WhenFieldsProps {
  id: string;
  label: string;
  cluster: Pick<ClusterDetail, 'maintenance' | 'location' | 'apply'>;
  when: UpgradeTiming;
  onChange: (when: UpgradeTiming) => void;
}

/** Where a window is set it is the one to expect. */
export const usualTiming = ({ maintenance }: Pick<ClusterDetail, 'maintenance'>): UpgradeTiming =>
  maintenance.opensAt === null ? 'now' : 'window';

export const needsSecondPerson = ({ maintenance }: Pick<ClusterDetail, 'maintenance'>): boolean =>
  maintenance.upgradeApproval || maintenance.location.upgradeApproval;

/** At once, or in the next maintenance window; and whether a second person confirms it first. */
export function WhenFields({ id, label, cluster, when, onChange }: WhenFieldsProps): ReactElement {
  const { maintenance, location, apply } = cluster;
  const { opensAt } = maintenance;
  return (
    <>
      <FormGroup role="radiogroup" label={label} fieldId={id}>
        <Radio
          id={`${id}-window`}
          name={id}
          label="In the next maintenance window"
          description={
            opensAt === null ? (
              `No window is set for the cluster or for ${location}.`
            ) : (
              <>
                It opens <RelativeTime time={opensAt} />. Everything is checked again then.
              </>
            )
          }
          isDisabled={opensAt === null}
          isChecked={when === 'window'}
          onChange={() => onChange('window')}
        />
        <Radio
          id={`${id}-now`}
          name={id}
          label="Now"
          description={apply ? `An agent of ${location} applies it at once.` : undefined}
          isChecked={when === 'now'}
          onChange={() => onChange('now')}
        />
      </FormGroup>
      {needsSecondPerson(cluster) ? <p>A second person confirms it before it begins.</p> : null}
    </>
  );
}
