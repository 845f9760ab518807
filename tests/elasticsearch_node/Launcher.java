import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginBundle;
import org.elasticsearch.plugins.PluginsLoader;

/** Starts one node: java Launcher HOME SETTING=VALUE...; SIGTERM closes it. */
class Launcher {
    public static void main(String[] args) throws Exception {
        Map<String, String> settings = Stream.of(args).skip(1).map(a -> a.split("=", 2))
            .collect(Collectors.toMap(a -> a[0], a -> a[1]));
        settings.put("path.home", args[0]);
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            Settings.EMPTY, settings, Path.of(args[0], "config"), () -> "node");
        LogConfigurator.setNodeName(Node.NODE_NAME_SETTING.get(environment.settings()));
        LogConfigurator.configure(environment, true);
        PluginsLoader loader = PluginsLoader.createPluginsLoader(
            bundles("loadModulesBundles", Path.of(args[0], "modules")),
            bundles("loadPluginsBundles", Path.of(args[0], "plugins")), Map.of(), false);
        Node node = new Node(environment, loader).start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try { node.close(); } catch (Exception e) { e.printStackTrace(); }
        }));
        Thread.currentThread().join(); // a node's own threads do not keep the process alive
    }

    /** Versions 8 and 9 differ in how many arguments these take. */
    @SuppressWarnings("unchecked")
    private static Set<PluginBundle> bundles(String loader, Path folder) throws Exception {
        Method method = Stream.of(PluginsLoader.class.getMethods()).filter(m -> m.getName().equals(loader)).findFirst().get();
        Object[] arguments = method.getParameterCount() == 1 ? new Object[] {folder} : new Object[] {folder, false};
        return (Set<PluginBundle>) method.invoke(null, arguments);
    }
}
