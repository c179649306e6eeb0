using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Runs;

public class PersistenceTests
{
    private static readonly Dictionary<string, string> Metadata = new() { ["epoch"] = "3", ["note"] = "ä\"\n" };

    [Fact]
    public void Tensors_of_every_type_shape_and_stride_come_back_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var tensors = new Dictionary<string, Tensor>();
        foreach (ScalarType type in new[]
        {
            ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32,
            ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
        })
            tensors[$"of {type}"] = rand(3, 4).Times(100L).to(type);
        tensors["scalar"] = tensor(1.25);
        tensors["empty"] = zeros(0, 3);
        tensors["transposed"] = rand(5, 2).t();
        tensors["not finite"] = tensor(new[] { double.NaN, double.PositiveInfinity, -0.0 });
        Write(folder["a.safetensors"], tensors);

        var (read, metadata) = SafeTensorsFile.Read(folder["a.safetensors"]);

        metadata.Should().Equal(Metadata);
        read.Keys.Should().BeEquivalentTo(tensors.Keys);
        foreach (var (name, tensor) in tensors)
        {
            read[name].dtype.Should().Be(tensor.dtype);
            read[name].shape.Should().Equal(tensor.shape);
            if (tensor.numel() > 0)
                read[name].bytes.ToArray().Should().Equal(tensor.contiguous().bytes.ToArray(), name);
        }
    }

    /// <summary>Their checksum was named as a user's metadata may be, too.</summary>
    [Fact]
    public void Checkpoints_of_earlier_versions_are_held_against_their_checksum_and_other_files_keep_that_name()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder["checkpoint"]);
        store.Save(new Dictionary<string, Tensor> { ["x"] = tensor(new[] { 1.0f, -2.0f }) }, Metadata);
        string file = folder["checkpoint/latest.safetensors"];
        byte[] saved = File.ReadAllBytes(file);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(saved);
        byte[] header = Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(saved.AsSpan(8, length)).Replace("singledarts.sha256", "sha256", StringComparison.Ordinal));
        byte[] size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, header.Length);
        byte[] earlier = [.. size, .. header, .. saved.AsSpan(8 + length)];
        File.WriteAllBytes(file, earlier);

        store.Load().Metadata.Should().Equal(Metadata);
        SafeTensorsFile.Read(file).Metadata.Should().ContainKey("sha256");
        earlier[^1] ^= 1;
        File.WriteAllBytes(file, earlier);
        FluentActions.Invoking(() => store.Load()).Should().Throw<InvalidDataException>().WithMessage("*does not have the SHA-256*");
        SafeTensorsFile.Read(file).Tensors.Should().ContainKey("x");
    }

    [Fact]
    public void File_is_laid_out_as_the_format_says()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        Write(folder["a"], new Dictionary<string, Tensor> { ["x"] = tensor(new[] { 1.0f, -2.0f }), ["y"] = tensor(new[] { 7L }) });
        byte[] file = File.ReadAllBytes(folder["a"]);
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, length));
        JsonElement x = header.RootElement.GetProperty("x");
        x.GetProperty("dtype").GetString().Should().Be("F32");
        int begin = x.GetProperty("data_offsets")[0].GetInt32();
        BitConverter.ToSingle(file, 8 + length + begin + 4).Should().Be(-2);
        BitConverter.ToInt64(file, 8 + length + header.RootElement.GetProperty("y").GetProperty("data_offsets")[0].GetInt32())
            .Should().Be(7);
    }

    [Fact]
    public void File_of_another_writer_without_a_checksum_is_read()
    {
        using var folder = new TemporaryFolder();
        WriteRaw(folder["a"], """{"w":{"dtype":"I16","shape":[2],"data_offsets":[0,4]}}""", [1, 0, 255, 255]);
        SafeTensorsFile.Read(folder["a"]).Tensors["w"].data<short>().ToArray().Should().Equal(1, -1);
    }

    [Fact]
    public void Truncated_and_damaged_files_are_refused_and_never_crash()
    {
        using var folder = new TemporaryFolder();
        Write(folder["a"], new Dictionary<string, Tensor> { ["x"] = rand(7, 5), ["y"] = TensorArithmetic.Range(20) });
        byte[] whole = File.ReadAllBytes(folder["a"]);
        var random = new Random(3);
        for (int i = 0; i < 300; i++)
        {
            byte[] copy = i % 3 == 0 ? whole[..random.Next(whole.Length)] : (byte[])whole.Clone();
            for (int k = 0; i % 3 != 0 && k < 1 + i % 5; k++)
                copy[random.Next(copy.Length)] ^= (byte)random.Next(1, 256);
            File.WriteAllBytes(folder["b"], copy);
            try
            {
                var (read, metadata) = SafeTensorsFile.Read(folder["b"]);
                bool same = read.Values.Sum(t => t.numel()) == 55;
                (same || metadata.Count != 2).Should().BeTrue("only damage to names and metadata can go unseen");
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [Fact]
    public void One_flipped_bit_of_the_data_is_found()
    {
        using var folder = new TemporaryFolder();
        Write(folder["a"], new Dictionary<string, Tensor> { ["x"] = rand(100) });
        byte[] file = File.ReadAllBytes(folder["a"]);
        file[^7] ^= 4;
        File.WriteAllBytes(folder["a"], file);
        FluentActions.Invoking(() => SafeTensorsFile.Read(folder["a"])).Should().Throw<InvalidDataException>().WithMessage("*SHA-256*");
    }

    [Fact]
    public void Every_state_that_a_crash_while_saving_leaves_has_a_whole_checkpoint()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder["c"]);
        store.Save(One(1), Metadata);
        store.Save(One(2), Metadata);
        File.WriteAllText(folder["c/new.safetensors"], "half a checkp");
        Value(store).Should().Be(2, "a crash while writing leaves the latest one");
        File.Move(folder["c/latest.safetensors"], folder["c/previous.safetensors"], overwrite: true);
        string? warning = null;
        Value(store, w => warning = w).Should().Be(2, "a crash between the two renames leaves it as the previous one");
        warning.Should().Contain("latest.safetensors").And.Contain("previous.safetensors");
        store.Save(One(3), Metadata);
        Value(store).Should().Be(3);
    }

    [Fact]
    public void Checkpoint_that_cannot_be_written_leaves_the_old_ones()
    {
        using var folder = new TemporaryFolder();
        var store = new CheckpointStore(folder["c"]);
        store.Save(One(1), Metadata);
        Directory.CreateDirectory(folder["c/new.safetensors"]);
        store.Invoking(s => s.Save(One(2), Metadata)).Should().Throw<IOException>().WithMessage("*cannot be saved*untouched*");
        Value(store).Should().Be(1);
    }

    [Fact]
    public void Run_folder_is_locked_while_it_is_open()
    {
        using var folder = new TemporaryFolder();
        using (RunFolder.Create(folder["run"], "{}"))
            FluentActions.Invoking(() => RunFolder.Open(folder["run"])).Should().Throw<IOException>()
                .WithMessage("*end the process that uses it*");
        RunFolder.Open(folder["run"]).Dispose();
    }

    [Fact]
    public void A_file_where_the_run_folder_should_be_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["run"], "");
        FluentActions.Invoking(() => RunFolder.Create(folder["run"], "{}")).Should().Throw<IOException>()
            .WithMessage($"*{folder["run"]}*cannot be written*");
    }

    [Fact]
    public void Random_streams_do_not_meet()
    {
        var streams = new RandomStreams(1);
        var seen = new HashSet<long>();
        foreach (string name in new[] { "order", "augmentation", "alpha", "ahpla" })
            for (int epoch = 0; epoch < 50; epoch++)
                for (int step = 0; step < 500; step++)
                    seen.Add(streams.Derive(name, epoch, step)).Should().BeTrue();
        new RandomStreams(2).Derive("order").Should().NotBe(streams.Derive("order"));
    }

    [Fact]
    public void Borrowed_global_generator_is_put_back()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        Tensor expected = rand(4);
        random.manual_seed(5);
        using (GlobalRandom.Borrow(77))
            rand(100);
        rand(4).equal(expected).all().item<bool>().Should().BeTrue();
    }

    private static Dictionary<string, Tensor> One(double value) => new() { ["x"] = tensor(value) };

    private static double Value(CheckpointStore store, Action<string>? warn = null) => store.Load(warn).Tensors["x"].item<double>();

    private static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using FileStream stream = File.Create(path);
        SafeTensorsFile.Write(stream, tensors, Metadata);
    }

    private static void WriteRaw(string path, string header, byte[] data)
    {
        using FileStream stream = File.Create(path);
        stream.Write(BitConverter.GetBytes((long)Encoding.UTF8.GetByteCount(header)));
        stream.Write(Encoding.UTF8.GetBytes(header));
        stream.Write(data);
    }
}
