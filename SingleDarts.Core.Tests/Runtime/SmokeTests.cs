using TorchSharp;

namespace SingleDarts.Core.Tests.Runtime;

public class SmokeTests
{
    [Fact]
    public void Torch_adds()
    {
        SingleDarts.Core.Runtime.TorchRuntime.EnsureLoaded();
        using var x = torch.ones(2) + 1;
        x.sum().item<float>().Should().Be(4);
    }
}
