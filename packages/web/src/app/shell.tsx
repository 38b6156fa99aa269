import {
  Alert,
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadLogo,
  MastheadMain,
  MastheadToggle,
  Page,
  PageSection,
  PageToggleButton,
  SkipToContent,
  Spinner,
  Toolbar,
  ToolbarContent,
  ToolbarGroup,
  ToolbarItem,
} from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { type ReactElement, Suspense, useEffect, useRef, useState } from 'react';
import { runningScansQuery } from '../api/scans.ts';
import { plural } from '../components/format.ts';
import { TextSkeleton } from '../components/states.tsx';
import { useAway } from './connection.ts';
import { useKeyboard } from './keyboard.tsx';
import { useLiveEvents, useRecovery } from './live-events.ts';
import { Navigation } from './navigation.tsx';
import { ThemeMenu, UserMenu } from './user-menu.tsx';

/** From here up the navigation stands beside the page; below it lies over it (PatternFly's xl). */
const WIDE = '(min-width: 75rem)';

/** The frame of every page that needs a session. */
export function Shell(): ReactElement {
  useLiveEvents();
  const { pathname } = useLocation();
  const { openKeys, keysDialog } = useKeyboard();
  const { isOpen, isWide, setOpen } = useSidebar(pathname);
  useFocusOnNewPage(pathname);

  return (
    <Page
      masthead={<Head onToggle={() => setOpen(!isOpen)} isOpen={isOpen} onKeys={openKeys} />}
      sidebar={<Navigation isOpen={isOpen} isOverlay={!isWide} />}
      skipToContent={<SkipToContent href="#main">Skip to content</SkipToContent>}
      mainContainerId="main"
      banner={<AwayBanner />}
    >
      <Suspense
        fallback={
          <PageSection hasBodyWrapper={false}>
            <TextSkeleton what="the page" lines={6} />
          </PageSection>
        }
      >
        <Outlet />
      </Suspense>
      {keysDialog}
    </Page>
  );
}

function useSidebar(pathname: string): { isOpen: boolean; isWide: boolean; setOpen: (open: boolean) => void } {
  const [isWide, setWide] = useState(() => matchMedia(WIDE).matches);
  const [isOpen, setOpen] = useState(isWide);
  useEffect(() => {
    const wide = matchMedia(WIDE);
    const follow = () => {
      setWide(wide.matches);
      setOpen(wide.matches);
    };
    wide.addEventListener('change', follow);
    return () => wide.removeEventListener('change', follow);
  }, []);
  useEffect(() => {
    if (isWide || !isOpen) return;
    const close = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      document.getElementById('nav-toggle')?.focus();
    };
    document.addEventListener('keydown', close);
    return () => document.removeEventListener('keydown', close);
  }, [isOpen, isWide]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes a navigation that lies over it
  useEffect(() => {
    if (!matchMedia(WIDE).matches) setOpen(false);
  }, [pathname]);
  return { isOpen, isWide, setOpen };
}

/** A new page is announced and read from its top; a changed filter keeps the focus where it is. */
function useFocusOnNewPage(pathname: string): void {
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs on a new path only
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    const main = document.getElementById('main');
    main?.focus({ preventScroll: true });
    main?.scrollTo({ top: 0 });
  }, [pathname]);
}

function Head({ onToggle, isOpen, onKeys }: { onToggle: () => void; isOpen: boolean; onKeys: () => void }) {
  return (
    <Masthead display={{ default: 'inline' }}>
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton
            isHamburgerButton
            aria-label="Navigation"
            isSidebarOpen={isOpen}
            onSidebarToggle={onToggle}
            aria-controls="navigation"
          />
        </MastheadToggle>
        <MastheadBrand>
          <MastheadLogo component={(props) => <Link {...props} to="/" aria-label="Pharos, home" />}>
            <span className="ph-brand">
              <img src="/favicon.svg" alt="" width="28" height="28" /> Pharos
            </span>
          </MastheadLogo>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <Toolbar isStatic>
          <ToolbarContent>
            <ToolbarGroup align={{ default: 'alignEnd' }} variant="action-group-plain">
              <ToolbarItem alignSelf="center">
                <RunningScans />
              </ToolbarItem>
              <ToolbarItem>
                <ThemeMenu />
              </ToolbarItem>
              <ToolbarItem>
                <UserMenu onKeys={onKeys} />
              </ToolbarItem>
            </ToolbarGroup>
          </ToolbarContent>
        </Toolbar>
      </MastheadContent>
    </Masthead>
  );
}

/** Work in progress, wherever one is. */
function RunningScans(): ReactElement {
  const { data } = useQuery(runningScansQuery);
  const count = data?.items.filter((scan) => scan.repositoryId !== null || scan.parentId === null).length ?? 0;
  return (
    <span role="status" className="ph-running">
      {count > 0 ? (
        <Link to="/manage/scans" search={{ status: 'running' }} aria-label={`${plural(count, 'scan')} running`}>
          <Spinner size="sm" aria-hidden="true" aria-valuetext="Scanning" />
          <span className="ph-wide-only"> {plural(count, 'scan')} running</span>
        </Link>
      ) : null}
    </span>
  );
}

function AwayBanner(): ReactElement | null {
  const away = useAway();
  useRecovery(away);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    // A stream that is renewed within two seconds is no news.
    const timer = setTimeout(() => setShown(away), away ? 2000 : 0);
    return () => clearTimeout(timer);
  }, [away]);
  return (
    <div role="status">
      {shown ? (
        <Alert variant="warning" isInline component="p" title="Pharos does not answer. Trying again.">
          You can go on reading what is on screen; it was loaded before and may be old. Changes are not saved until the
          server answers. Scans go on at the agents and are reported later.
        </Alert>
      ) : null}
    </div>
  );
}
