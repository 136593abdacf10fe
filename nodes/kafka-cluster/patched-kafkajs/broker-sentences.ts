/** A broker's sentence about a topic or another thing that was asked about: kafkajs reads it and drops it. */
interface Told {
  topic?: string;
  errorCode: number;
  errorMessage?: string | null;
}

interface Answer {
  /** of an answer about topics that were to be made */
  topicErrors?: Told[];
  /** of an answer about settings */
  resources?: Told[];
}

type Parse = (answer: Answer) => Promise<unknown>;

/**
 * Keeps what a broker says of an error: kafkajs puts a general text of its own in its place.
 * @param parse kafkajs's: rejects when the answer tells of an error
 */
export function withSentences(parse: Parse): Parse {
  return async (answer) => {
    try {
      return await parse(answer);
    } catch (error) {
      if (error instanceof Error) addSentences(error, answer);
      throw error;
    }
  };
}

function addSentences(
  error: Error & { errors?: unknown },
  { topicErrors = [], resources = [] }: Answer,
): void {
  const told = [...topicErrors, ...resources].filter(({ errorCode }) => errorCode !== 0);
  const errors: unknown[] = Array.isArray(error.errors) ? error.errors : [error];
  for (const each of errors as (Error & { topic?: string })[]) {
    const { errorMessage } = told.find(({ topic }) => each.topic === undefined || topic === each.topic) ?? {};
    if (errorMessage) each.message = errorMessage;
  }
}
