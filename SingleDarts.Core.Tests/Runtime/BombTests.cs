using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace SingleDarts.Core.Tests.Runtime;

/// <summary>
/// Small files that claim or unpack to much. Each is read in a process of its own; what it took before readers had limits stands beside it.
/// </summary>
public sealed class BombTests : IDisposable
{
    private const int BaseMegabytes = 160, AllowedMegabytes = 140;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>8.7 GB: 16,000 × 16,000 pixels of one bit, in 31 kB.</summary>
    [Theory]
    [InlineData("folder")]
    [InlineData("images")]
    public void A_png_of_256_million_pixels_is_refused_by_its_header(string reader)
    {
        folder.Write("set/a/0.png", TestImages.Encode(8, 8));
        folder.Write("set/b/0.png", Png(16_000, 16_000));
        Refused(reader, folder["set"], "claims 16000 x 16000 pixels, more than the 100000000 that are allowed");
    }

    /// <summary>6 GB and more: the weights of a resize take memory by the side, so that few pixels are no measure.</summary>
    [Fact]
    public void A_png_of_one_row_of_a_million_pixels_is_refused_by_its_header()
    {
        folder.Write("set/a/0.png", TestImages.Encode(8, 8));
        folder.Write("set/b/0.png", Png(1_000_000, 1));
        Refused("folder", folder["set"], "claims 1000000 x 1 pixels, expected at most 65535 on each side");
    }

    [Fact]
    public void A_sparse_file_that_begins_as_an_image_is_refused_by_its_length()
    {
        folder.Write("set/a/0.png", TestImages.Encode(8, 8));
        folder.Write("set/b/0.jpg", TestImages.Jpeg(8, 8));
        using (FileStream sparse = File.OpenWrite(folder["set/b/0.jpg"]))
            sparse.SetLength(700L << 20);
        Refused("folder", folder["set"], "(734003200 bytes) claims 8 x 8 pixels, too few for so large a file");
    }

    /// <summary>3.4 GB for each thread; the threads of one reader share what one image may take.</summary>
    [Trait("Category", "Slow")]
    [Fact]
    public void Large_images_are_decoded_one_at_a_time_however_many_threads_read()
    {
        byte[] large = Png(6_000, 6_000);
        for (int i = 0; i < 8; i++)
            folder.Write($"set/{"ab"[i % 2]}/{i}.png", large);
        var (said, peak) = Bomb.Run("images", folder["set"], ("SINGLEDARTS_MAX_IMAGE_PIXELS", "40000000"));
        said.Should().StartWith("read");
        peak.Should().BeLessThan(BaseMegabytes + 144 + AllowedMegabytes, "one image has 144 MB of pixels");
    }

    /// <summary>8.3 GB: 2 GB of one letter in 1.9 MB.</summary>
    [Fact]
    public void A_table_without_line_ends_is_refused_at_its_longest_line()
    {
        Refused("table", Gzip("table.csv.gz", [], (byte)'a', 400_000_000),
            "line 1, has 81920 characters or more; expected at most 65536 characters");
        using (FileStream sparse = File.Create(folder["sparse.csv"]))
            sparse.SetLength(8L << 30);
        Refused("table", folder["sparse.csv"], "line 1, has 81920 characters or more; expected at most 65536 characters");
    }

    /// <summary>5.2 GB: all was unpacked before the header was read.</summary>
    [Theory]
    [InlineData(100, "has more than 78416 bytes after decompression, expected 78416")]
    [InlineData(uint.MaxValue, "has 3367254359280 bytes; expected at most")]
    public void An_idx_file_is_not_unpacked_beyond_what_its_header_says(uint images, string message)
    {
        byte[] Head(params uint[] sizes) => [0, 0, 8, (byte)sizes.Length, .. sizes.SelectMany(BigEndian)];
        string file = Gzip("images.gz", Head(images, 28, 28), 0, 400_000_000);
        Gzip("labels.gz", Head(images), 0, 100);
        Refused("idx", file, message);
    }

    /// <summary>4.3 GB for 784 MB of values; what the header says and the file has is read once.</summary>
    [Fact]
    public void An_idx_file_takes_the_memory_of_its_values()
    {
        byte[] Head(params uint[] sizes) => [0, 0, 8, (byte)sizes.Length, .. sizes.SelectMany(BigEndian)];
        string file = Gzip("images.gz", Head(200_000, 28, 28), 0, 156_800_000);
        Gzip("labels.gz", Head(200_000), 0, 200_000);
        var (said, peak) = Bomb.Run("idx", file);
        said.Should().StartWith("read");
        peak.Should().BeLessThan(BaseMegabytes + 157 + AllowedMegabytes);
        Refused("idx", file, "has 156800000 bytes; expected at most 100000000 bytes", ("SINGLEDARTS_MAX_TENSOR_BYTES", "100000000"));
    }

    [Fact]
    public void Sparse_records_of_cifar_are_refused_by_their_length()
    {
        using (FileStream sparse = File.Create(folder["sparse.bin"]))
            sparse.SetLength(3073L << 30);
        Refused("cifar", folder["sparse.bin"], "bytes; expected at most");
    }

    /// <summary>1.6 GB: a million tensors without values in a header of 86 MB.</summary>
    [Fact]
    public void Weights_with_a_header_of_many_megabytes_or_sparse_values_are_refused()
    {
        using (FileStream sparse = File.Create(folder["header"]))
        {
            sparse.Write(BitConverter.GetBytes(90L << 20));
            sparse.SetLength(91L << 20);
        }
        Refused("weights", folder["header"], "The header of", "has 94371840 bytes; expected at most 16777216 bytes");
        byte[] header = """{"a":{"dtype":"U8","shape":[1099511627776],"data_offsets":[0,1099511627776]}}"""u8.ToArray();
        using (FileStream sparse = File.Create(folder["sparse"]))
        {
            sparse.Write([.. BitConverter.GetBytes((long)header.Length), .. header]);
            sparse.SetLength(8 + header.Length + (1L << 40));
        }
        Refused("weights", folder["sparse"], $"has {8 + header.Length + (1L << 40)} bytes; expected at most");
    }

    [Theory]
    [InlineData("run", "options.json")]
    [InlineData("sweep", "sweep.json")]
    public void A_json_document_of_a_gigabyte_is_refused_by_its_length(string reader, string name)
    {
        using (FileStream sparse = File.Create(folder[name]))
            sparse.SetLength(1L << 30);
        Refused(reader, folder.Path, name, "has 1073741824 bytes; expected at most 4194304 bytes");
    }

    [Fact]
    public void Records_without_line_ends_are_refused_at_their_longest_line()
    {
        folder.Write("options.json", "{}"u8.ToArray());
        using (FileStream sparse = File.Create(folder["epochs.jsonl"]))
            sparse.SetLength(200L << 20);
        Refused("run", folder.Path, "epochs.jsonl, line 1, has", "expected at most 4194304 bytes");
        using (FileStream sparse = File.OpenWrite(folder["epochs.jsonl"]))
            sparse.SetLength(1L << 40);
        Refused("run", folder.Path, "epochs.jsonl has 1099511627776 bytes; expected at most 268435456 bytes");
    }

    private void Refused(string reader, string path, params string[] messages) => Refused(reader, path, messages, []);

    private void Refused(string reader, string path, string message, (string, string) environment) =>
        Refused(reader, path, [message], [environment]);

    private static void Refused(string reader, string path, string[] messages, (string, string)[] environment)
    {
        var (said, peak) = Bomb.Run(reader, path, environment);
        said.Should().StartWith("InvalidDataException: ").And.ContainAll(messages);
        peak.Should().BeLessThan(BaseMegabytes + AllowedMegabytes);
    }

    private string Gzip(string name, byte[] head, byte value, int count)
    {
        byte[] chunk = new byte[1 << 20];
        Array.Fill(chunk, value);
        using var gzip = new GZipStream(File.Create(folder[name]), CompressionLevel.Fastest);
        gzip.Write(head);
        for (int left = count; left > 0; left -= chunk.Length)
            gzip.Write(chunk, 0, Math.Min(left, chunk.Length));
        return folder[name];
    }

    /// <summary>One colour, one bit a pixel.</summary>
    private static byte[] Png(uint width, uint height)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            for (uint y = 0; y < height; y++)
                zlib.Write(new byte[1 + ((width + 7) / 8)]);
        return
        [
            0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", [.. BigEndian(width), .. BigEndian(height), 1, 0, 0, 0, 0]),
            .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", []),
        ];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. data];
        return [.. BigEndian((uint)data.Length), .. named, .. BigEndian(Crc(named))];
    }

    private static uint Crc(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }

    private static byte[] BigEndian(uint number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }
}
