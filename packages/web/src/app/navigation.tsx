import { Nav, NavGroup, NavItem, NavList, PageSidebar, PageSidebarBody } from '@patternfly/react-core';
import { Link, useLocation } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useMay } from '../api/session.ts';
import { isCurrent } from './current.ts';

const MANAGE = [
  ['/manage/registries', 'Registries'],
  ['/manage/rules', 'Repository Rules'],
  ['/manage/hcp-tags', 'HCP tags'],
  ['/manage/notifications', 'Notifications'],
  ['/manage/policies', 'Policies'],
  ['/manage/trust', 'Trust'],
  ['/manage/agents', 'Agents and locations'],
  ['/manage/scans', 'Scans'],
  ['/activity', 'Activity'],
] as const;

function Entry({ to, label }: { to: string; label: string }): ReactElement {
  const { pathname } = useLocation();
  const active = isCurrent(pathname, to);
  return (
    <NavItem isActive={active} itemId={to}>
      <Link to={to} activeOptions={{ exact: true, includeSearch: false }}>
        {label}
      </Link>
    </NavItem>
  );
}

/** The navigation; an entry is shown when its page exists and its reader may open it. */
export function Navigation({ isOpen, isOverlay }: { isOpen: boolean; isOverlay: boolean }): ReactElement {
  const mayHook = useMay('webhooks:manage');
  const maySeeTokens = useMay('tokens:manage');
  const maySeeUsers = useMay('users:manage');
  const maySeeAudit = useMay('audit:read');
  // PatternFly knows that the navigation lies over the page only where it manages it itself.
  return (
    <PageSidebar isSidebarOpen={isOpen} id="navigation" className={isOpen && isOverlay ? 'pf-m-expanded' : ''}>
      <PageSidebarBody>
        <Nav aria-label="Main">
          <NavList>
            <Entry to="/" label="Home" />
            <Entry to="/library" label="Image Library" />
            <Entry to="/models" label="Model Library" />
            <Entry to="/databases" label="Databases" />
            <Entry to="/model-services" label="Model services" />
            <Entry to="/approvals" label="Approvals" />
          </NavList>
          <NavGroup title="Manage">
            {MANAGE.map(([to, label]) => (
              <Entry key={to} to={to} label={label} />
            ))}
            {mayHook ? <Entry to="/manage/webhooks" label="Webhooks" /> : null}
          </NavGroup>
          {maySeeTokens || maySeeUsers || maySeeAudit ? (
            <NavGroup title="Administration">
              {maySeeUsers ? <Entry to="/administration/users" label="Users and teams" /> : null}
              {maySeeUsers ? <Entry to="/administration/sessions" label="Sessions" /> : null}
              {maySeeTokens ? <Entry to="/administration/tokens" label="Tokens" /> : null}
              {maySeeAudit ? <Entry to="/administration/audit" label="Audit log" /> : null}
            </NavGroup>
          ) : null}
        </Nav>
      </PageSidebarBody>
    </PageSidebar>
  );
}
