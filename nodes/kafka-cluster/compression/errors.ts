/** The codec is not one of Kafka's, or its library does not run on this machine. */
export class UnknownCodecError extends Error {
  constructor(
    readonly codec: string,
    options?: { cause?: unknown },
  ) {
    super(`the codec ${codec} does not work on this machine`, options);
    this.name = new.target.name;
  }
}

/** It would become more bytes than it may. */
export class UnpackedSizeError extends Error {
  constructor(readonly maxBytes: number) {
    super(`more than ${maxBytes} bytes when it is unpacked`);
    this.name = new.target.name;
  }
}
