import { beforeEditor, beforeSockets, type NodeRedSettings } from '../settings';
import { Attempts } from './attempts';
import { attemptsGate, editorGate, pageGate, socketGate, type Middleware } from './gate';
import { Login, type User } from './login';
import { nobodysHash } from './nobody';
import { bcryptOf, type Compare } from './passwords';
import { isSame } from './session';

export interface LoginSettings {
  /** who may open the pages of flows and dashboards, and not the editor; passwords as bcrypt hashes */
  viewers?: readonly User[] | undefined;
  /** a secret that signs in by a link, `?sign-in=...`, whoever may open the pages and the editor */
  signIn?: string | undefined;
}

/** A user of Node-RED's editor, as `adminAuth.users` has it. */
interface EditorUser extends User {
  permissions?: unknown;
}

/** The part of `adminAuth` that is looked at. */
interface AdminAuth {
  type?: unknown;
  users?: unknown;
  authenticate?: unknown;
}

/**
 * Asks for the passwords that the settings name in a way that guessing them stops nothing: limited, off the main thread,
 * and once for a session. Pages and sockets ask for the same. Settings without a password stay without.
 * @returns what asks for the password of the pages; undefined where there is none, or the user's own asks
 */
export function applyLogin(
  settings: NodeRedSettings,
  { viewers = [], signIn }: LoginSettings,
): Middleware | undefined {
  const editorUsers = usersOfEditor(settings.adminAuth);
  const pageUser = userOfPages(settings.httpNodeAuth);
  if (!editorUsers && !pageUser && viewers.length === 0) return undefined;
  const compare = bcryptOf(require.main?.filename ?? __filename);
  if (editorUsers) {
    beforeEditor(settings, attemptsGate(new Attempts()));
    (settings.adminAuth as AdminAuth).authenticate = authenticator(editorUsers, compare, signIn);
  }
  // A function of the user's own is theirs: it may ask another server.
  if (!pageUser && settings.httpNodeAuth !== undefined) return undefined;
  const owners = pageUser ? [pageUser] : viewers.length > 0 ? (editorUsers ?? []).filter(mayAll) : [];
  const users = [...owners, ...viewers];
  if (users.length === 0) return undefined;
  const login = new Login({ users, viewers, compare, signIn: owners.length > 0 ? signIn : undefined });
  const gate = pageGate(login);
  settings.httpNodeAuth = gate;
  beforeSockets(settings, 'ui', socketGate(login));
  beforeSockets(settings, 'dashboard', socketGate(login));
  if (editorUsers && signIn !== undefined) beforeEditor(settings, editorGate(login));
  return gate;
}

/** @returns the list itself, which may become longer still; undefined where Node-RED asks in another way */
function usersOfEditor(adminAuth: unknown): EditorUser[] | undefined {
  const { type, users, authenticate } = (adminAuth ?? {}) as AdminAuth;
  if (type !== 'credentials' || authenticate !== undefined) return undefined;
  return Array.isArray(users) ? (users as EditorUser[]) : undefined;
}

/** @returns undefined for no password, and for an MD5 of old, which Node-RED still compares itself */
function userOfPages(httpNodeAuth: unknown): User | undefined {
  const { user, pass } = (httpNodeAuth ?? {}) as { user?: unknown; pass?: unknown };
  if (typeof user !== 'string' || typeof pass !== 'string' || !pass.startsWith('$2')) return undefined;
  return { username: user, password: pass };
}

function mayAll({ permissions }: EditorUser): boolean {
  return permissions === '*' || (Array.isArray(permissions) && permissions.includes('*'));
}

/** What Node-RED calls with what a person has entered; it gives a user back, or null. */
function authenticator(users: readonly EditorUser[], compare: Compare, signIn: string | undefined) {
  return async (username: string, password: string): Promise<Omit<EditorUser, 'password'> | null> => {
    const user = users.find((one) => one.username === username);
    if (!user) {
      await compare(password, nobodysHash(users));
      return null;
    }
    const { password: hash, ...shown } = user;
    const byLink = signIn !== undefined && mayAll(user) && isSame(password, signIn);
    return byLink || (await compare(password, hash)) ? shown : null;
  };
}
