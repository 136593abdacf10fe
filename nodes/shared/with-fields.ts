/**
 * Puts fields into a message, as nodes do that hand on what they were given. One that a flow has frozen is copied.
 * @returns the message to hand on
 */
export function withFields<M extends object, F extends object>(message: M, fields: F): M & F {
  return Object.isFrozen(message) || !Object.isExtensible(message)
    ? { ...message, ...fields }
    : Object.assign(message, fields);
}
