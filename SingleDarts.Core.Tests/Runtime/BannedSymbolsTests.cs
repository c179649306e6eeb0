using SingleDarts.Core.Runtime;

namespace SingleDarts.Core.Tests.Runtime;

/// <summary>No path of the library calls a member of TorchSharp that hands libtorch a number which nothing keeps alive.</summary>
public class BannedSymbolsTests
{
    private const string Reason = ";It hands libtorch a number that nothing keeps alive; use TensorArithmetic, Scalars or TorchScript.";

    // Where scalars are made to be held, where arguments that would make one are refused, and what runs no such path.
    private static readonly string[] Allowed =
    [
        "SingleDarts.Core.Runtime.Scalars.Of calls ",
        "SingleDarts.Core.Diagnostics.EventFile..ctor calls TorchSharp.Modules.SummaryWriter ",
        "SingleDarts.Core.Runtime.TorchScript.Call calls System.Object TorchSharp.torch/jit/CompilationUnit::invoke(",
    ];

    private static readonly ScalarMakers Makers = ScalarMakers.Of(typeof(torch).Assembly.Location);

    [Fact]
    public void The_banned_symbols_are_all_callers_of_the_conversions_in_TorchSharp()
    {
        string file = Path.Combine(Repository.Root, "SingleDarts.Core", "BannedSymbols.txt");
        IEnumerable<string> expected = Makers.Banned.Select(id => id + Reason);
        if (Environment.GetEnvironmentVariable("SINGLEDARTS_WRITE_BANNED_SYMBOLS") == "1")
            File.WriteAllLines(file, File.ReadAllLines(file).Where(line => !line.EndsWith(Reason)).Concat(expected));

        File.ReadAllLines(file).Where(line => line.EndsWith(Reason)).Should().BeEquivalentTo(
            expected, "TorchSharp changed; run this test once with SINGLEDARTS_WRITE_BANNED_SYMBOLS=1 to write the list anew");
    }

    [Fact]
    public void The_scan_finds_members_that_are_known_to_make_scalars()
    {
        Makers.Banned.Should().Contain(
        [
            "M:TorchSharp.Scalar.op_Implicit(System.Double)~TorchSharp.Scalar",
            "M:TorchSharp.torch.Tensor.op_Addition(TorchSharp.torch.Tensor,TorchSharp.torch.Tensor)",
            "M:TorchSharp.torch.Tensor.add(TorchSharp.torch.Tensor)",
            "M:TorchSharp.torch.Tensor.square",
            "M:TorchSharp.Modules.SGD.step(System.Func{TorchSharp.torch.Tensor})",
        ]);
        Makers.Banned.Should().Contain(id => id.StartsWith("M:TorchSharp.torch.nn.BatchNorm2d("));
        Makers.Banned.Should().Contain(id => id.StartsWith("M:TorchSharp.torch.optim.Adam("));
        Makers.Banned.Should().NotContain("M:TorchSharp.torch.Tensor.op_Multiply(TorchSharp.torch.Tensor,TorchSharp.torch.Tensor)");
    }

    [Fact]
    public void The_library_calls_none_of_them() => Makers.CallsIn(typeof(TorchRuntime).Assembly.Location)
        .Where(call => !Allowed.Any(call.StartsWith)).Should().BeEmpty();

    [Fact]
    public void The_tests_call_none_but_what_the_scan_must_find_and_TorchSharps_optimiser_as_a_reference() =>
        Makers.CallsIn(typeof(BannedSymbolsTests).Assembly.Location).Select(call => call.Split(" calls ")[1]).Distinct()
            .Should().BeEquivalentTo(
        [
            "TorchSharp.torch/Tensor TorchSharp.torch/Tensor::op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)",
            "TorchSharp.Modules.SGD TorchSharp.torch/optim::SGD(System.Collections.Generic.IEnumerable`1<TorchSharp.Modules.Parameter>," +
                "System.Double,System.Double,System.Double,System.Double,System.Boolean,System.Boolean)",
            "TorchSharp.Modules.Adam TorchSharp.torch/optim::Adam(System.Collections.Generic.IEnumerable`1<TorchSharp.Modules.Parameter>," +
                "System.Double,System.Double,System.Double,System.Double,System.Double,System.Boolean,System.Boolean)",
        ]);

    /// <summary>What the scan must find; never called.</summary>
    private static torch.Tensor Exposed(torch.Tensor x) => x + x;
}
