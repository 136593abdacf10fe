/** One value of a record's header. Kafka has none for null, and others write that. */
export type HeaderValue = Buffer | string | null;
/** The headers of a record, in their order; one that stands more than once is an array. */
export type RecordHeaders = Record<string, HeaderValue | HeaderValue[] | undefined>;

/** Adds a header behind those that are there. */
export function addHeader(headers: RecordHeaders, name: string, value: HeaderValue): void {
  const there = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (Array.isArray(there)) there.push(value);
  else headers[name] = there === undefined ? value : [there, value];
}

/** Goes through the headers in their order, one that stands more than once as often; what is undefined is none. */
export function eachHeader<V>(
  headers: Readonly<Record<string, V | V[] | undefined>>,
  use: (name: string, value: V) => void,
): void {
  for (const name of Object.keys(headers)) {
    const values = headers[name];
    if (Array.isArray(values)) for (const one of values) use(name, one);
    else if (values !== undefined) use(name, values);
  }
}
