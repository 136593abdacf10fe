import type { User } from './login';

const LEAST_COST = '08';

/**
 * @returns a bcrypt hash of a random text: comparing with it takes as long as with the slowest of the users', so that the
 *   time of an answer does not tell which names there are
 */
export function nobodysHash(users: readonly Pick<User, 'password'>[]): string {
  const costs = users.map(({ password }) => /^\$2[aby]\$(\d\d)\$/.exec(password)?.[1] ?? LEAST_COST);
  const [slowest = LEAST_COST] = costs.sort().reverse();
  return `$2b$${slowest}$sYOOOhw8wy6Ufi1/1rxk8OWbHnhF0yTUyHOmZ0/LQQlYH7roMtdzK`;
}
