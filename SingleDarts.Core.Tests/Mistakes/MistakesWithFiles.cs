using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Sweeps;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Mistakes;

/// <summary>Files and folders that are not what they should be.</summary>
internal static class MistakesWithFiles
{
    public static IReadOnlyList<Mistake> All { get; } =
    [
        Mistake.Of<DirectoryNotFoundException>("a folder that is not there",
            () => ImageFolder.Load("/no/such"), "/no/such", "one subfolder"),
        Mistake.Of<InvalidDataException>("images without classes", () => In(f =>
        {
            f.Write("1.png", TestImages.Encode(4, 4));
            ImageFolder.Load(f.Path);
        }), "1 images that are in none", "<class>"),
        Mistake.Of<InvalidDataException>("a class without images", () => In(f =>
        {
            f.Write("a/1.png", TestImages.Encode(4, 4));
            f.Write("b/1.txt", [1]);
            ImageFolder.Load(f.Path);
        }), "holds no .jpg", "remove the folder"),
        Mistake.Of<InvalidDataException>("a text that is named like an image", () => In(f =>
        {
            f.Write("a/1.png", TestImages.Encode(4, 4));
            f.Write("b/1.png", "hello"u8.ToArray());
            ImageFolder.Load(f.Path, new() { UseCache = false });
        }), "b/1.png", "replace or remove it"),
        Mistake.Of<FileNotFoundException>("data that are not there", () => Datasets.Open("/no/such"), "/no/such", "expected"),
        Mistake.Of<InvalidDataException>("a file of no known format", () => In(f => Datasets.Open(f.Write("x.bin", [1, 2, 3]))), "x.bin"),
        Mistake.Of<ArgumentException>("an empty path", () => Datasets.Open(" "), "path"),
        Mistake.Of<InvalidDataException>("a CIFAR file that is cut off",
            () => In(f => CifarBinary.Load10(f.Write("data_batch_1.bin", new byte[3000]))), "data_batch_1.bin"),
        Mistake.Of<FileNotFoundException>("a table that is not there", () => NasBench201Table.Load("/no/such.csv"), "cifar10_valid"),
        Mistake.Of<InvalidDataException>("a table of something else",
            () => In(f => NasBench201Table.Load(f.Write("t.csv", "a;b;c\n1;2;3\n"u8.ToArray()))), "line 1", "separated by commas"),
        Mistake.Of<InvalidDataException>("weights that are no safetensors file",
            () => In(f => Weights(f.Write("w.safetensors", "PK hello hello"u8.ToArray()))), "not a whole safetensors file"),
        Mistake.Of<IOException>("weights that are not there", () => Weights("/no/such.safetensors"), "/no/such.safetensors"),
        Mistake.Of<WeightsMismatchException>("weights of another module", () => In(f =>
        {
            using var other = nn.Linear(3, 4);
            other.SaveWeights(f["w"]);
            Weights(f["w"]);
        }), "'weight' has shape [4, 3]; expected [2, 2]", "sizes of the saved one"),
        Mistake.Of<ArgumentNullException>("weights of no module", () => ((nn.Module)null!).SaveWeights("w"), "module"),
        Mistake.Of<FileNotFoundException>("a folder without a sweep",
            () => In(f => SweepFolder.Open(f.Path)), "holds no sweep", "plan one"),
        Mistake.Of<InvalidDataException>("a trial that was edited", () => In(f =>
        {
            SweepFolder sweep = SweepFolder.Create(f["s"], FakeSweep.Plan(1));
            File.WriteAllText(f[$"s/trials/{sweep.Plan.Trials[0].Hash}.json"], "{}");
            SweepFolder.Open(f["s"]);
        }), "was edited", "plan another"),
        Mistake.Of<ArgumentNullException>("the result of no trial",
            () => In(f => SweepFolder.Create(f["s"], FakeSweep.Plan(1)).ReadResult(null!)), "trial"),
    ];

    private static void In(Action<TemporaryFolder> act)
    {
        using var folder = new TemporaryFolder();
        act(folder);
    }

    private static void Weights(string file)
    {
        using var module = nn.Linear(2, 2);
        module.LoadWeights(file);
    }
}
