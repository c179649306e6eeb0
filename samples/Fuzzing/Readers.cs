using System.Text;
using SingleDarts.Core.Sweeps;

namespace Fuzzing;

/// <summary>The readers by name.</summary>
internal sealed class Readers
{
    private static readonly string[] columns =
    [
        "index", "arch", "cifar10_valid", "cifar10_test", "cifar100_valid", "cifar100_test", "imagenet16_valid", "imagenet16_test",
    ];

    private readonly Scratch folder;
    private readonly SmallRun run;

    public Readers(Scratch folder)
    {
        this.folder = folder;
        run = new SmallRun(folder);
        Type damaged = typeof(InvalidDataException), io = typeof(IOException);
        All = new Dictionary<string, Reading>
        {
            ["genotype"] = new(ReadGenotype, [typeof(FormatException)], [.. Genotypes().Select(Encoding.UTF8.GetBytes)]),
            ["csv"] = new(ReadTable, [damaged], [.. Tables().Select(Encoding.UTF8.GetBytes)]),
            ["idx"] = new(ReadIdx, [damaged], [Idx(3, 2, 2, 2), Idx(4, 2, 1, 2, 2), Idx(1, 2)]),
            ["cifar"] = new(ReadCifar, [damaged], [new byte[3073], new byte[3074], [.. Encoding.UTF8.GetBytes("apple\nbear\n")]]),
            ["safetensors"] = new(ReadTensors, [damaged], [run.Checkpoint,
                SafeTensors("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8)]),
            ["options"] = new(run.ReadOptions, [damaged, io], [run.Options]),
            ["epochs"] = new(run.ReadEpochs, [damaged, io], [run.Epochs]),
            ["checkpoint"] = new(run.ReadCheckpoint, [damaged, io], [run.Checkpoint]),
            ["sweep"] = new(ReadSweep, [damaged, io],
                [.. new[] { "{\"formatVersion\":1,\"groups\":{\"a\":[]},\"definition\":{}}" }.Select(Encoding.UTF8.GetBytes)]),
        };
    }

    public IReadOnlyDictionary<string, Reading> All { get; }

    private static IEnumerable<string> Genotypes() =>
    [
        "|nor_conv_3x3~0|+|nor_conv_3x3~0|skip_connect~1|+|none~0|nor_conv_1x1~1|avg_pool_3x3~2|",
        "normal=|a~0|b~1|;reduce=|c~0|#1-2",
        "Structure(4 nodes with |nor_conv_3x3~0|+|nor_conv_3x3~0|skip_connect~1|+|none~0|nor_conv_1x1~1|avg_pool_3x3~2|)",
        "x = Genotype(normal=[('sep_conv_3x3', 0), ('skip_connect', 1)], normal_concat=range(2, 3), # c\n" +
            " reduce=[('a', 0)], reduce_concat=[2])",
        .. DartsGenotypes.All.Take(2).Select(published => published.Genotype.ToString()),
    ];

    private static IEnumerable<string> Tables()
    {
        string header = string.Join(',', columns);
        string row = "0,|none~0|+|none~0|none~1|+|none~0|none~1|none~2|,10,10,1,1,0.83,0.83";
        yield return $"{header}\n{row}\n";
        yield return $"{header},params,flops,cifar10_test_seconds\n{row},73306,7783.1,1.5\n{row.Replace("0,", "1,")},\"1\",2,3\n";
    }

    private static byte[] Idx(params byte[] sizes)
    {
        byte[] dimensions = [.. sizes[1..].SelectMany(size => new byte[] { 0, 0, 0, size })];
        return [0, 0, 8, sizes[0], .. dimensions, .. new byte[sizes[1..].Aggregate(1, (a, b) => a * b)]];
    }

    private static byte[] SafeTensors(string header, int data) =>
        [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[data]];

    /// <summary>What can be read must be written as text that gives the same.</summary>
    private static void ReadGenotype(byte[] input)
    {
        Genotype genotype = Genotype.Parse(Encoding.UTF8.GetString(input));
        if (!Genotype.Parse(genotype.ToString()).Equals(genotype))
            throw new InvalidOperationException($"{genotype} is another genotype when it is read again.");
    }

    private void ReadTable(byte[] input) => NasBench201Table.Load(folder.Write(input, "table.csv"));

    /// <summary>The input in the place of the images, then of the labels.</summary>
    private void ReadIdx(byte[] input)
    {
        string file = folder.Write(input, "input.idx"), two = folder.Write(Idx(1, 2), "labels.idx"),
            images = folder.Write(Idx(3, 2, 2, 2), "images.idx");
        Reading.Each(() => IdxFiles.Load(file, two).Dispose(), () => IdxFiles.Load(images, file).Dispose());
    }

    /// <summary>The input as records of both sets, then as names of the classes of a good file.</summary>
    private void ReadCifar(byte[] input)
    {
        string file = folder.Write(input, "input.bin");
        folder.Write(input, "cifar", "fine_label_names.txt");
        string good = folder.Write(new byte[3074], "cifar", "train.bin");
        Reading.Each(
            () => CifarBinary.Load10(file).Dispose(),
            () => CifarBinary.Load100(file).Dispose(),
            () => CifarBinary.Load100(good).Dispose());
    }

    private void ReadTensors(byte[] input)
    {
        var (tensors, metadata) = SafeTensorsFile.Read(folder.Write(input, "input.safetensors"));
        SafeTensorsFile.Write(folder.PathOf("again.safetensors"), tensors, metadata);
        foreach (Tensor tensor in tensors.Values)
            tensor.Dispose();
    }

    private void ReadSweep(byte[] input)
    {
        folder.Write(input, "sweep", "sweep.json");
        SweepFolder.Open(folder.PathOf("sweep"));
    }
}
