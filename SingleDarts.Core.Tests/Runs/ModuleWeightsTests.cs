using SingleDarts.Core.Operations;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Runs;

public class ModuleWeightsTests
{
    private static readonly OperationContext Place = new(3, 4);

    [Fact]
    public void Parameters_and_buffers_come_back_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var saved = new ReluConvBatchNorm(Place, 3);
        saved.call(randn(2, 3, 5, 5));
        saved.SaveWeights(folder["w.safetensors"], new Dictionary<string, string> { ["epoch"] = "7" });
        using var loaded = new ReluConvBatchNorm(Place, 3);

        LoadedWeights result = loaded.LoadWeights(folder["w.safetensors"]);

        result.Metadata.Should().Equal(new Dictionary<string, string> { ["epoch"] = "7" });
        result.Missing.Concat(result.Unexpected).Should().BeEmpty();
        loaded.state_dict()["normalization.num_batches_tracked"].item<long>().Should().Be(1);
        Bytes(loaded).Should().Equal(Bytes(saved));
        loaded.parameters().Should().OnlyContain(p => p.requires_grad && p.is_leaf);
    }

    [Fact]
    public void Metadata_of_others_are_left_alone_and_given_back()
    {
        using var folder = new TemporaryFolder();
        using var module = nn.Linear(2, 2);
        var theirs = new Dictionary<string, string> { ["sha256"] = "of the pictures", ["format"] = "pt", ["epoch"] = "-", ["step"] = "" };
        module.SaveWeights(folder["w.safetensors"], theirs);
        IReadOnlyDictionary<string, string> loaded = module.LoadWeights(folder["w.safetensors"]).Metadata;
        loaded.Should().Equal(theirs);
        module.SaveWeights(folder["again.safetensors"], loaded);
        File.ReadAllBytes(folder["again.safetensors"]).Should().Equal(File.ReadAllBytes(folder["w.safetensors"]));
    }

    [Theory]
    [InlineData(CellExecution.Merged)]
    [InlineData(CellExecution.PerEdge)]
    public void Supernet_comes_back_with_its_architecture_parameters(CellExecution execution)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using Supernet saved = Small(seed: 1, execution), loaded = Small(seed: 2, execution);
        Tensor input = randn(2, 3, 8, 8);
        loaded.call(input);
        saved.SaveWeights(folder["w"]);
        SafeTensorsFile.Read(folder["w"]).Tensors.Keys.Should()
            .Contain("alpha.cell").And.Contain("layers.0.edges.5.operations.3.convolution.weight");

        loaded.LoadWeights(folder["w"]);

        loaded.Architecture["cell"].equal(saved.Architecture["cell"]).all().item<bool>().Should().BeTrue();
        loaded.call(input).equal(saved.call(input)).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Architecture_parameters_of_a_supernet_inside_a_module_are_saved_too()
    {
        using var folder = new TemporaryFolder();
        using Supernet saved = Small(seed: 1), loaded = Small(seed: 2);
        using var outer = nn.Sequential(("inner", saved));
        using var other = nn.Sequential(("inner", loaded));
        outer.SaveWeights(folder["w"]);
        SafeTensorsFile.Read(folder["w"]).Tensors.Keys.Should().Contain("inner.alpha.cell");

        other.LoadWeights(folder["w"]);

        loaded.Architecture["cell"].equal(saved.Architecture["cell"]).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Every_tensor_that_does_not_fit_is_listed_and_nothing_is_changed()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var module = new ReluConvBatchNorm(Place, 3);
        var state = module.state_dict();
        byte[] before = Bytes(module);
        Write(folder["w"], new()
        {
            ["convolution.weight"] = ones(4, 3, 1, 1),
            ["normalization.weight"] = ones(4, dtype: ScalarType.Float64),
            ["normalization.running_mean"] = ones(4),
            ["normalization.running_var"] = ones(4),
            ["classifier.bias"] = ones(2),
        });

        var thrown = module.Invoking(m => m.LoadWeights(folder["w"])).Should().Throw<WeightsMismatchException>().Which;

        thrown.Faults.Should().HaveCount(4);
        thrown.Message.Should().Contain("'normalization.bias' (Float32 [4]) is missing").And.Contain("'classifier.bias' (Float32 [2])")
            .And.Contain("'convolution.weight' has shape [4, 3, 1, 1]; expected [4, 3, 3, 3]")
            .And.Contain("'normalization.weight' is of type Float64; expected Float32")
            .And.Contain("strict: false").And.Contain("convertTypes: true").And.Contain(folder["w"]);
        Bytes(module).Should().Equal(before);
        module.Invoking(m => m.LoadWeights(folder["w"], strict: false, convertTypes: true)).Should().Throw<WeightsMismatchException>()
            .Which.Faults.Should().ContainSingle("a wrong shape is never taken").Which.Should().Contain("[4, 3, 1, 1]");
        Bytes(module).Should().Equal(before);
    }

    [Fact]
    public void What_is_in_both_is_loaded_where_that_is_asked_for()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var module = nn.Sequential(("a", nn.Linear(2, 3)), ("b", nn.Linear(2, 3)));
        Write(folder["w"], new()
        {
            ["a.weight"] = TensorArithmetic.Filled([3, 2], 5, ScalarType.Float32),
            ["a.bias"] = TensorArithmetic.Filled([3], 6, ScalarType.Float32),
            ["c"] = ones(1),
        });
        LoadedWeights result = module.LoadWeights(folder["w"], strict: false);
        result.Missing.Should().Equal("b.weight", "b.bias");
        result.Unexpected.Should().Equal("c");
        module.get_parameter("a.weight")!.sum().item<float>().Should().Be(30);
    }

    [Fact]
    public void Types_are_converted_only_where_that_is_asked_for_and_never_between_kinds()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var module = new BatchNormalization(2);
        var tensors = module.state_dict().ToDictionary(s => s.Key, s => s.Value);
        tensors["weight"] = tensor(new[] { 1.0 / 3, 7 });
        tensors["num_batches_tracked"] = tensor(9, ScalarType.Int32);
        Write(folder["w"], tensors);
        module.Invoking(m => m.LoadWeights(folder["w"])).Should().Throw<WeightsMismatchException>().Which.Faults.Should().HaveCount(2);
        module.LoadWeights(folder["w"], convertTypes: true);
        module.weight!.data<float>().ToArray().Should().Equal(1f / 3, 7f);
        module.state_dict()["num_batches_tracked"].dtype.Should().Be(ScalarType.Int64);
        tensors["weight"] = ones(2, dtype: ScalarType.Int64);
        Write(folder["w"], tensors);
        module.Invoking(m => m.LoadWeights(folder["w"], convertTypes: true)).Should().Throw<WeightsMismatchException>()
            .WithMessage("*Int64*");
    }

    [Fact]
    public void Missing_batch_count_is_left_as_it_is()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var module = new BatchNormalization(2);
        Write(folder["w"], module.state_dict().Where(s => s.Key != "num_batches_tracked").ToDictionary(s => s.Key, s => s.Value));
        module.LoadWeights(folder["w"]).Missing.Should().BeEmpty();
    }

    [Fact]
    public void File_that_cannot_be_written_leaves_the_old_one()
    {
        using var folder = new TemporaryFolder();
        using var module = nn.Linear(2, 2);
        module.SaveWeights(folder["w"]);
        byte[] old = File.ReadAllBytes(folder["w"]);
        Directory.CreateDirectory(folder["folder"]);
        module.Invoking(m => m.SaveWeights(folder["folder"])).Should().Throw<IOException>()
            .WithMessage("*folder cannot be written*untouched*");
        Directory.GetFiles(folder.Path).Should().Equal(folder["w"]);
        File.ReadAllBytes(folder["w"]).Should().Equal(old);
        module.Invoking(m => m.SaveWeights(folder["none/w"])).Should().Throw<IOException>().WithMessage("*make the folder*");
    }

    [Fact]
    public void Damaged_file_changes_nothing()
    {
        using var folder = new TemporaryFolder();
        using var module = nn.Linear(2, 2);
        module.SaveWeights(folder["w"]);
        byte[] file = File.ReadAllBytes(folder["w"]), before = Bytes(module);
        file[^1] ^= 64;
        File.WriteAllBytes(folder["w"], file);
        module.Invoking(m => m.LoadWeights(folder["w"])).Should().Throw<InvalidDataException>();
        Bytes(module).Should().Equal(before);
    }

    [Fact]
    public void Saving_and_loading_leave_no_tensor_alive()
    {
        using var folder = new TemporaryFolder();
        using Supernet module = Small(seed: 1);
        module.SaveWeights(folder["w"]);
        module.LoadWeights(folder["w"]);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (int i = 0; i < 3; i++)
        {
            module.SaveWeights(folder["w"]);
            module.LoadWeights(folder["w"]);
        }
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static Supernet Small(long seed, CellExecution execution = CellExecution.Merged) => new(
        SearchSpaces.NasBench201(channels: 4, cellsPerStage: 1, height: 8, width: 8), Relaxations.Softmax,
        new SupernetOptions { Seed = seed, Execution = execution });

    private static byte[] Bytes(nn.Module module) =>
        [.. module.state_dict().OrderBy(s => s.Key, StringComparer.Ordinal).SelectMany(s => s.Value.detach().bytes.ToArray())];

    private static void Write(string path, Dictionary<string, Tensor> tensors) =>
        SafeTensorsFile.Write(path, tensors, new Dictionary<string, string>());
}
