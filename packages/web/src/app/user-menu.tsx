import { Divider, Dropdown, DropdownGroup, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { useSession, useSignOut } from '../api/session.ts';
import { DesktopIcon, MoonIcon, SunIcon, UserIcon } from '../components/icons.ts';
import { ROLE_NAMES } from '../components/roles.ts';
import { useTheme } from './theme.tsx';
import type { ThemeChoice } from './theme-choice.ts';

const THEMES: readonly [ThemeChoice, string, ReactElement][] = [
  ['system', 'Like the system', <DesktopIcon key="i" />],
  ['light', 'Light', <SunIcon key="i" />],
  ['dark', 'Dark', <MoonIcon key="i" />],
];

/** The theme's switch. */
export function ThemeMenu(): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const { choice, choose } = useTheme();
  const [, name, icon] = THEMES.find(([key]) => key === choice) ?? THEMES[0]!;
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      onSelect={(_, value) => {
        setOpen(false);
        choose(value as ThemeChoice);
      }}
      popperProps={{ position: 'end', appendTo: 'inline' }}
      shouldFocusToggleOnSelect
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plain"
          isExpanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          aria-label={`Theme: ${name}`}
          icon={icon}
        />
      )}
    >
      <DropdownList>
        {THEMES.map(([key, label, each]) => (
          <DropdownItem key={key} value={key} icon={each} isSelected={key === choice}>
            {label}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}

/** Who is signed in, the keys, signing out. */
export function UserMenu({ onKeys }: { onKeys: () => void }): ReactElement | null {
  const [isOpen, setOpen] = useState(false);
  const session = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  if (!session) return null;
  const leave = () => signOut.mutate(undefined, { onSettled: () => void navigate({ to: '/sign-in' }) });
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: 'end', appendTo: 'inline' }}
      shouldFocusToggleOnSelect
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plainText"
          isExpanded={isOpen}
          onClick={() => setOpen(!isOpen)}
          icon={<UserIcon />}
          aria-label={`Account: ${session.name}`}
          className="ph-account"
        >
          <span className="ph-account-name">{session.name}</span>
        </MenuToggle>
      )}
    >
      <DropdownGroup label={`${session.name}, ${ROLE_NAMES[session.role].toLowerCase()}`}>
        <DropdownList>
          <DropdownItem onClick={() => void navigate({ to: '/me' })}>Your account</DropdownItem>
          <DropdownItem onClick={onKeys}>Keys</DropdownItem>
          <DropdownItem to="/api/v1/openapi.json" component="a">
            API description
          </DropdownItem>
          <Divider component="li" />
          <DropdownItem onClick={leave}>Sign out</DropdownItem>
        </DropdownList>
      </DropdownGroup>
    </Dropdown>
  );
}
