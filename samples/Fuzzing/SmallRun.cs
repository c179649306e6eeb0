using System.Text;
using SingleDarts.Core.Diagnostics;

namespace Fuzzing;

/// <summary>The folder of a small search that is done, of which one file at a time is replaced.</summary>
internal sealed class SmallRun
{
    private readonly Scratch folder;
    private readonly ClassificationDataset data = GeneratedImages.Create(count: 8, classes: 2, size: 8);

    public SmallRun(Scratch folder)
    {
        this.folder = folder;
        Search().SavingTo(folder.PathOf("run"), checkpointInterval: 1).RunAsync().GetAwaiter().GetResult();
        Options = File.ReadAllBytes(folder.PathOf("run", RunFiles.Options));
        Epochs = File.ReadAllBytes(folder.PathOf("run", RunFiles.Epochs));
        Checkpoint = File.ReadAllBytes(folder.PathOf("run", RunFiles.Checkpoints, "latest.safetensors"));
    }

    public byte[] Options { get; }

    public byte[] Epochs { get; }

    public byte[] Checkpoint { get; }

    /// <summary>As a report reads them, and as a resume compares them.</summary>
    public void ReadOptions(byte[] input)
    {
        string file = folder.Write(input, "options", RunFiles.Options);
        foreach (string fault in OptionsDocument.Faults(
                     BoundedFile.ReadText(file, ReadLimits.JsonBytes), Encoding.UTF8.GetString(Options), file, RunDocument.Compared))
            ArgumentException.ThrowIfNullOrWhiteSpace(fault);
        RecordedRun.Open(folder.PathOf("options"));
    }

    /// <summary>As reports of epochs, and as records of a diagnostic.</summary>
    public void ReadEpochs(byte[] input)
    {
        folder.Write(Options, "epochs", RunFiles.Options);
        folder.Write(input, "epochs", RunFiles.Records, "gradient-correlation.jsonl");
        folder.Write([], "epochs", RunFiles.Epochs);
        RecordedRun run = RecordedRun.Open(folder.PathOf("epochs"));
        Reading.Each(() => run.Records<GradientCorrelationRecord>("gradient-correlation"), () =>
        {
            using RunFolder open = RunFolder.Open(folder.PathOf("epochs"));
            open.KeepRecords(1, 0);
        });
        folder.Write(input, "epochs", RunFiles.Epochs);
        RecordedRun.Open(folder.PathOf("epochs"));
    }

    /// <summary>The input without the name of its checksum, as whoever changes a checkpoint can write it.</summary>
    public void ReadCheckpoint(byte[] input)
    {
        folder.Write(WithoutChecksum(input), "checkpoint", "latest.safetensors");
        var (tensors, metadata) = new CheckpointStore(folder.PathOf("checkpoint")).Load();
        try
        {
            CheckpointPlace.Read(metadata, "checkpoint");
        }
        finally
        {
            foreach (Tensor tensor in tensors.Values)
                tensor.Dispose();
        }
    }

    /// <summary>The name of the checksum is changed, so that no reader looks for it.</summary>
    private static byte[] WithoutChecksum(byte[] input)
    {
        byte[] copy = [.. input];
        for (int at = copy.AsSpan().IndexOf("sha256"u8); at >= 0; at = copy.AsSpan().IndexOf("sha256"u8))
            copy[at] = (byte)'S';
        return copy;
    }

    private ArchitectureSearch Search() => ArchitectureSearch
        .In(SearchSpaces.NasBench201(data.InputShape, data.Classes, channels: 1, cellsPerStage: 1))
        .On(data)
        .WithThreads(1)
        .For(epochs: 1, batchSize: 8);
}
