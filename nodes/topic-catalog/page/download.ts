/** Hands a file to the browser's downloads. */
export function download(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  // A node may be called anything; a file may not.
  link.download = name.replace(/[^\p{Letter}\p{Number}._-]+/gu, '_').slice(0, 100);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}
