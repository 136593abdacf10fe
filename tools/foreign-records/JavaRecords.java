import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.*;
import org.apache.kafka.common.record.internal.*;

/** Record sets as Kafka's own client writes them, in every format and with every codec: java JavaRecords.java FOLDER */
public class JavaRecords {
  static final long TIME = 1_700_000_000_000L;
  static final int COUNT = 300;

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    for (byte format = 0; format <= 2; format++) {
      for (CompressionType codec : CompressionType.values()) {
        if (codec == CompressionType.ZSTD && format < 2) continue;
        TimestampType type = format == 0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME;
        write(folder, "java-v" + format + "-" + codec.name, records(format, codec, type, false));
      }
    }
    write(folder, "java-v1-gzip-append-time", records((byte) 1, CompressionType.GZIP, TimestampType.LOG_APPEND_TIME, false));
    write(folder, "java-v2-zstd-append-time", records((byte) 2, CompressionType.ZSTD, TimestampType.LOG_APPEND_TIME, false));
    write(folder, "java-v2-transactions", transactions());
  }

  static ByteBuffer records(byte format, CompressionType codec, TimestampType type, boolean transactional) {
    MemoryRecordsBuilder builder =
        MemoryRecords.builder(
            ByteBuffer.allocate(1 << 20), format, Compression.of(codec).build(), type, 1_000L, TIME + 777);
    for (int i = 0; i < COUNT; i++) {
      String value = i % 50 == 49 ? null : "{\"nodo\":\"estación " + i % 7 + "\",\"n\":" + i + ",\"temperatura\":21.5}";
      builder.append(TIME + i, i % 3 == 0 ? null : new byte[] {(byte) 0x80, (byte) i}, bytes(value), headers(format, i));
    }
    return builder.build().buffer();
  }

  static Header[] headers(byte format, int i) {
    if (format < 2 || i % 10 != 1) return new Header[0];
    return new Header[] {
      new RecordHeader("a", bytes("1")), new RecordHeader("a", null), new RecordHeader("nada", null),
      new RecordHeader("__proto__", bytes("p")), new RecordHeader("vacía", new byte[0])
    };
  }

  /** Two producers: one aborts what it has written between the records of the other; an emptied batch is the last. */
  static ByteBuffer transactions() {
    ByteBuffer all = ByteBuffer.allocate(1 << 16);
    transactional(all, 100, 1, "aborted 0", "aborted 1");
    transactional(all, 102, 2, "committed 0");
    marker(all, 103, 1, ControlRecordType.ABORT);
    transactional(all, 104, 1, "committed 1");
    marker(all, 105, 2, ControlRecordType.COMMIT);
    marker(all, 106, 1, ControlRecordType.COMMIT);
    DefaultRecordBatch.writeEmptyHeader(
        all, (byte) 2, 3, (short) 0, 0, 107, 119, 0, TimestampType.CREATE_TIME, TIME, false, false);
    all.flip();
    return all;
  }

  static void transactional(ByteBuffer all, long offset, long producer, String... values) {
    SimpleRecord[] records = new SimpleRecord[values.length];
    for (int i = 0; i < values.length; i++) records[i] = new SimpleRecord(TIME, null, bytes(values[i]));
    all.put(
        MemoryRecords.withTransactionalRecords(offset, Compression.NONE, producer, (short) 0, 0, 0, records).buffer());
  }

  static void marker(ByteBuffer all, long offset, long producer, ControlRecordType type) {
    all.put(
        MemoryRecords.withEndTransactionMarker(offset, TIME, 0, producer, (short) 0, new EndTransactionMarker(type, 0))
            .buffer());
  }

  static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  static void write(Path folder, String name, ByteBuffer buffer) throws Exception {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    Files.write(folder.resolve(name + ".bin"), bytes);
    System.out.println(name + " " + bytes.length);
  }
}
