using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Data;

/// <summary>
/// The batches of a dataset by the device, type and transform of a run. The dataset is put on the device for the first batch and taken
/// off when the run ends, so that a run that is described but never started holds nothing.
/// </summary>
internal sealed class DatasetSource : IBatchSource
{
    private readonly string device;
    private readonly ScalarType dtype;
    private readonly Lazy<IBatchTransform?> transform;
    private readonly Func<BatchSource> open;
    private Lazy<BatchSource> resident;

    /// <param name="data">The samples; stays the caller's to dispose.</param>
    /// <param name="device">Where batches are made; parsed at the first batch, after the run has validated it.</param>
    /// <param name="dtype">Floating-point type of the batches.</param>
    /// <param name="transform">If null, images are normalised by the statistics of the data and other inputs are converted only.</param>
    public DatasetSource(ClassificationDataset data, string device, ScalarType dtype, IBatchTransform? transform)
        : this(data, device, dtype, () => transform ?? (data.IsImage ? ImageAugmentation.NormalizeOnly(data.MeasureNormalization()) : null))
    {
    }

    private DatasetSource(
        ClassificationDataset data, string device, ScalarType dtype, Func<IBatchTransform?> transform, Func<BatchSource>? open = null)
    {
        this.open = open ?? (() => new BatchSource(data, Devices.Parse(device), dtype, this.transform!.Value));
        Data = data;
        this.device = device;
        this.dtype = dtype;
        this.transform = new(transform);
        resident = Open();
    }

    /// <summary>The samples as they are stored.</summary>
    public ClassificationDataset Data { get; }

    public string Name => Data.Name;

    public long Count => Data.Count;

    public int Classes => Data.Classes;

    public IReadOnlyList<long> InputShape => Data.InputShape;

    public IReadOnlyList<string> ClassNames => Data.ClassNames;

    public string? ValueScale
    {
        get
        {
            try
            {
                return BatchSource.ScaleOf(Data, transform.Value);
            }
            catch (InvalidOperationException)
            {
                // Images of a constant colour have no normalisation; the trial of the data says so.
                return null;
            }
        }
    }

    /// <summary>Other samples for the same model: by the same transform without its augmentation.</summary>
    public DatasetSource ForEvaluation(ClassificationDataset other) => new(other, device, dtype, () => transform.Value?.ForEvaluation());

    /// <summary>The same samples, where they are, by the same transform without its augmentation.</summary>
    public IBatchSource ForEvaluation() => new DatasetSource(
        Data, device, dtype, () => transform.Value?.ForEvaluation(), () => (BatchSource)resident.Value.ForEvaluation());

    public LabeledBatch Get(ReadOnlySpan<long> indices, Generator generator) => resident.Value.Get(indices, generator);

    /// <summary>What <see cref="Get"/> gives, without the whole dataset on the device.</summary>
    public LabeledBatch GetAlone(long[] indices, Generator generator)
    {
        using ClassificationDataset few = Data.Subset(indices);
        using var source = new BatchSource(few, Devices.Parse(device), dtype, transform.Value);
        return source.Get(SampleOrder.All(indices.Length), generator);
    }

    /// <summary>Takes the samples off the device; a later batch would put them there again.</summary>
    public void Dispose()
    {
        if (resident.IsValueCreated)
            resident.Value.Dispose();
        resident = Open();
    }

    private Lazy<BatchSource> Open() => new(open);
}
