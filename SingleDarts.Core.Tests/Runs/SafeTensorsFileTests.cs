using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using SingleDarts.Core.Runs;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Runs;

/// <summary>Files that are hostile, damaged, huge, or made by other programs.</summary>
public class SafeTensorsFileTests
{
    private const long FewMegabytes = 4 << 20;

    public static TheoryData<string> Lies { get; } = new(
        """{"w":{"dtype":"F32","shape":[1000000000,1000000000],"data_offsets":[0,4]}}""",
        """{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""",
        """{"w":{"dtype":"F32","shape":[0,4611686018427387904,4611686018427387904],"data_offsets":[0,0]},""" +
        "\"v\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        """{"w":{"dtype":"U8","shape":[1000000000000],"data_offsets":[0,1000000000000]}}""",
        """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,400]}}""",
        """{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""",
        """{"w":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""",
        """{"w":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775807,-9223372036854775805]}}""",
        """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}}""",
        """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""",
        """{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""",
        """{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""",
        """{"w":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}""",
        """{"w":{"dtype":"F32","shape":"x","data_offsets":[0,4]}}""",
        """{"w":{"dtype":"F32","shape":null,"data_offsets":[0,4]}}""",
        """{"w":{"dtype":"F32","shape":[1]}}""",
        """{"w":{"dtype":"Q7","shape":[1],"data_offsets":[0,4]}}""",
        """{"w":{"dtype":null,"shape":[1],"data_offsets":[0,4]}}""",
        """{"w":{"dtype":5,"shape":[1],"data_offsets":[0,4]}}""",
        """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        """{"w":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"w":{"dtype":"F16","shape":[1],"data_offsets":[2,4]}}""",
        """{"w":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"v":{"dtype":"I8","shape":[1],"data_offsets":[3,4]}}""",
        """{"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"v":{"dtype":"F16","shape":[1],"data_offsets":[2,4]}}""",
        """{"w":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}""",
        """{"w":{"dtype":"BOOL","shape":[4],"data_offsets":[0,4]}}""",
        """{"__metadata__":{"a":null},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        """{"__metadata__":{"a":{}},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        """{"__metadata__":{"a":"1","a":"2"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        """{"__metadata__":5,"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        """{"w\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} {}""",
        """{"w":5}""", """{"w":[]}""", "[]", "5", "null", "{", "{}", "  ");

    [Theory]
    [MemberData(nameof(Lies))]
    public void Header_that_lies_is_refused_before_memory_is_taken(string header)
    {
        using var folder = new TemporaryFolder();
        WriteRaw(folder["bad"], header, [2, 3, 4, 5]);
        Refused(folder["bad"]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(70)]
    public void Header_length_that_lies_is_refused_before_memory_is_taken(long length)
    {
        using var folder = new TemporaryFolder();
        using (FileStream stream = File.Create(folder["bad"]))
        {
            stream.Write(BitConverter.GetBytes(length));
            stream.Write("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"""u8);
        }
        Refused(folder["bad"]);
    }

    [Fact]
    public void A_message_quotes_little_of_a_file_and_no_control_characters()
    {
        using var folder = new TemporaryFolder();
        string name = "\\u001b[2J" + new string('x', 1_000_000);
        WriteRaw(folder["long"], "{\"" + name + "\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}", [0, 0, 0, 0]);
        FluentActions.Invoking(() => SafeTensorsFile.Read(folder["long"])).Should().Throw<InvalidDataException>()
            .Which.Message.Should().Contain(@"'\u001b[2Jxxx").And.Match(message => message.Length < 1000);
    }

    [Fact]
    public void Deep_nesting_and_many_dimensions_are_refused()
    {
        using var folder = new TemporaryFolder();
        WriteRaw(folder["deep"], new string('[', 200_000) + new string(']', 200_000), []);
        Refused(folder["deep"]);
        WriteRaw(folder["deep"], string.Concat(Enumerable.Repeat("{\"a\":", 50_000)) + "1" + new string('}', 50_000), []);
        Refused(folder["deep"]);
        string ones = string.Join(',', Enumerable.Repeat(1, 65));
        WriteRaw(folder["many"], "{\"w\":{\"dtype\":\"F32\",\"shape\":[" + ones + "],\"data_offsets\":[0,4]}}", [0, 0, 0, 0]);
        Refused(folder["many"]);
    }

    [Fact]
    public void Two_thousand_damaged_copies_are_read_or_refused_in_little_memory()
    {
        using var folder = new TemporaryFolder();
        SafeTensorsFile.Write(folder["a"], new Dictionary<string, Tensor>
        {
            ["x"] = rand(3, 5), ["flags"] = tensor(new[] { true, false }), ["scalar"] = tensor(1.0), ["empty"] = zeros(0, 3),
        }, new Dictionary<string, string> { ["epoch"] = "3" });
        byte[] whole = File.ReadAllBytes(folder["a"]);
        int header = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(whole), refused = 0;
        var random = new Random(11);
        for (int i = 0; i < 2_000; i++)
        {
            byte[] copy = [.. whole];
            for (int k = 0; k <= i % 3; k++)
                copy[random.Next(i % 4 == 0 ? copy.Length : header)] = (i % 2 == 0) ? (byte)random.Next(256)
                    : (byte)"0123456789[]{},:\"-eE\\ "[random.Next(22)];
            File.WriteAllBytes(folder["b"], copy);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var (read, _) = SafeTensorsFile.Read(folder["b"]);
                read.Values.Sum(t => t.numel() * t.element_size()).Should().BeLessThanOrEqualTo(whole.Length);
                foreach (Tensor tensor in read.Values)
                    tensor.Dispose();
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(FewMegabytes);
        }
        refused.Should().BeGreaterThan(1_000, "most of this damage can be seen");
    }

    [Fact]
    public void Refused_file_leaves_no_tensor_alive()
    {
        using var folder = new TemporaryFolder();
        SafeTensorsFile.Write(folder["a"], new Dictionary<string, Tensor> { ["x"] = rand(7), ["y"] = rand(7) },
            new Dictionary<string, string>());
        byte[] file = File.ReadAllBytes(folder["a"]);
        file[^1] ^= 1;
        File.WriteAllBytes(folder["a"], file);
        Refused(folder["a"]);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Refused(folder["a"]);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Every_tensor_begins_at_a_multiple_of_its_element_size()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        SafeTensorsFile.Write(folder["a"], new Dictionary<string, Tensor>
        {
            ["a"] = ones(3, dtype: ScalarType.Bool), ["b"] = ones(3, dtype: ScalarType.Float16), ["c"] = ones(3),
                ["d"] = ones(1, dtype: ScalarType.Int64),
        }, new Dictionary<string, string>());
        byte[] file = File.ReadAllBytes(folder["a"]);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, length));
        (8 + length).Should().Be((8 + length) / 8 * 8);
        int Begin(string name) => header.RootElement.GetProperty(name).GetProperty("data_offsets")[0].GetInt32();
        (Begin("d") % 8).Should().Be(0);
        (Begin("c") % 4).Should().Be(0);
        (Begin("b") % 2).Should().Be(0);
    }

    [Fact]
    public void Name_that_the_format_keeps_for_itself_is_refused()
    {
        using var folder = new TemporaryFolder();
        using Tensor one = ones(1);
        FluentActions.Invoking(() => SafeTensorsFile.Write(
            folder["a"], new Dictionary<string, Tensor> { ["__metadata__"] = one }, new Dictionary<string, string>())).Should()
                .Throw<ArgumentException>();
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Tensor_beyond_two_gigabytes_comes_back()
    {
        const long Size = 2_200_000_000;
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Tensor written = zeros(Size, dtype: ScalarType.Byte);
        long[] places = [0, (1L << 26) - 1, 1L << 26, int.MaxValue, 1L << 31, Size - 1];
        for (int i = 0; i < places.Length; i++)
            written[places[i]] = (byte)(i + 1);
        SafeTensorsFile.Write(folder["big"], new Dictionary<string, Tensor> { ["w"] = written }, new Dictionary<string, string>());
        written.Dispose();

        Tensor read = SafeTensorsFile.Read(folder["big"]).Tensors["w"];

        new FileInfo(folder["big"]).Length.Should().BeGreaterThan(Size);
        read.shape.Should().Equal(Size);
        places.Select(place => (int)read[place].item<byte>()).Should().Equal(1, 2, 3, 4, 5, 6);
        read.count_nonzero().item<long>().Should().Be(6);
        read.Dispose();
    }

    private static void Refused(string path)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        FluentActions.Invoking(() => SafeTensorsFile.Read(path)).Should().Throw<InvalidDataException>()
            .WithMessage($"{path} is not a whole*");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(FewMegabytes + 20 * new FileInfo(path).Length % 100_000_000);
    }

    private static void WriteRaw(string path, string header, byte[] data)
    {
        using FileStream stream = File.Create(path);
        stream.Write(BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(header)));
        stream.Write(Encoding.UTF8.GetBytes(header));
        stream.Write(data);
    }
}
