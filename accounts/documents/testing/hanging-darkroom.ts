/* A darkroom whose decoder hangs at each picture whose first byte is 0, and dies of each whose first byte is 1; it tells what it knows of us. */
process.on('disconnect', () => process.exit());
process.on('message', ({ picture }: { readonly picture: Uint8Array }) => {
  if (picture[0] === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (picture[0] === 1) process.exit(7);
  const known = Object.keys(process.env).filter((name) => /SECRET|KEY|TOKEN|DATABASE/.test(name));
  process.send?.({ kind: 'failed', reason: `knows ${known.join()}` });
});
