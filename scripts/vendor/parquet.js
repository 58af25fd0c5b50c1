// What of the libraries the site's page of exploring needs: a whole Parquet file in, its columns out. Packed with them into
// pipelines/site/assets/parquet.js by build.sh in this folder.
import { decompress } from "fzstd";
import { parquetMetadata, parquetRead } from "hyparquet";

const compressors = { ZSTD: (input, length) => decompress(input, new Uint8Array(length)) };

// buffer: the bytes of a file (ArrayBuffer). Returns the number of rows and an array of values per column; null if empty.
export async function columnsOf(buffer) {
  const metadata = parquetMetadata(buffer);
  const rows = Number(metadata.num_rows);
  const columns = Object.fromEntries(metadata.schema.slice(1).map(({ name }) => [name, new Array(rows).fill(null)]));
  await parquetRead({
    file: buffer,
    metadata,
    compressors,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const into = columns[columnName];
      for (let at = 0; at < columnData.length; at += 1) into[rowStart + at] = columnData[at];
    },
  });
  return { rows, columns };
}
